# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_bedlock_global_optspecs
    string join \n h/help V/version
end

function __fish_bedlock_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_bedlock_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_bedlock_using_subcommand
    set -l cmd (__fish_bedlock_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c bedlock -n "__fish_bedlock_needs_command" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_needs_command" -s V -l version -d 'Print version'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "audit" -d 'Find every secret of the agent on this host, and say which model provider could see it'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "harden" -d 'Take every secret out of the host and make Amazon Bedrock its only model route'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "undo" -d 'Put back what harden took out: every byte, mode, owner and time'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "verify" -d 'Prove that the host is keyless: no key, one model route, a time limit'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "scan" -d 'Find secrets in any files and folders'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "daemon" -d 'Keep the session alive, and send its owner the sign-in link before it ends'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "notify" -d 'Prove the ways to the owner'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "service" -d 'Let systemd or launchd run the daemon'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "sandbox" -d 'Run an AWS of your own on this machine: sign-in pages, Bedrock, Telegram; no account needed'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "login" -d 'Sign in through IAM Identity Center, in a browser or by a code on another device'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "logout" -d 'End the session at the portal, and forget the token, the role credentials and the client'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "status" -d 'Show who is signed in, until when, where the session is kept and what reaches it'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "creds" -d 'Print role credentials, as the credential_process of an AWS SDK'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "demo" -d 'Show the whole story on a temporary home: audit, harden, verify, undo, and a night with one tap'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "docs" -d 'Write the command reference, man pages, completions, schemas and the list of rules'
complete -c bedlock -n "__fish_bedlock_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l home -d 'Look at this home folder instead of your own' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l root -d 'Look at a mounted image: DIR stands for / (the home is found in it, or named with --home)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l also -d 'A folder outside of the home that is the agent\'s too (repeat it for more)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l format -d 'How the report is written' -r -f -a "text\t'For a terminal'
json\t'The published schema, see docs/schema/report-1.json'
sarif\t'SARIF 2.1.0, for code scanning'
markdown\t'For an issue or a chat'
html\t'One self-contained page'"
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l output -d 'Write the report to a file (mode 0600) instead of standard output' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l json -d 'Short for --format json'
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l all -d 'Show every place of every secret'
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -l no-processes -d 'Do not look at the environment of running agents'
complete -c bedlock -n "__fish_bedlock_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l home -d 'Look at this home folder instead of your own' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l root -d 'Look at a mounted image: DIR stands for / (the home is found in it, or named with --home)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l also -d 'A folder outside of the home that is the agent\'s too (repeat it for more)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l region -d 'AWS Region that models are called in, e.g. us-west-2' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l model -d 'Model id, inference profile or ARN of Bedrock; the first is the default, more are fallbacks' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l sso-start-url -d 'Access portal of IAM Identity Center, e.g. https://d-1234567890.awsapps.com/start' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l sso-region -d 'Region of IAM Identity Center' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l account -d 'AWS account, 12 digits' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l role -d 'Permission set, e.g. BedrockInvoke' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l profile -d 'Profile in ~/.aws/config that the agent uses [default: openclaw]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l mode -d 'How far the agent is from a credential [default: direct] [possible values: direct]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l config -d 'Settings file [default: ~/.config/bedlock/bedlock.toml]' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l keep -d 'Leave a secret where it is, by its fingerprint' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l undo-days -d 'Days in which it can be undone' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l receipt -d 'Write the receipt to a file too: a page (.html), Markdown (.md) or JSON' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l apply -d 'Do it; without it the plan is shown and nothing changes'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l no-restart -d 'Refuse when OpenClaw runs, instead of stopping and starting it'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l no-plugin-check -d 'Go on although OpenClaw\'s Bedrock plugin was not found: you install it afterwards'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l json -d 'Write JSON: the plan, or with --apply one line when originals are sealed and one at the end'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l all -d 'Show every place'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -l no-processes -d 'Do not look at running agents'
complete -c bedlock -n "__fish_bedlock_using_subcommand harden" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l home -d 'Look at this home folder instead of your own' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l root -d 'Look at a mounted image: DIR stands for / (the home is found in it, or named with --home)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l also -d 'A folder outside of the home that is the agent\'s too (repeat it for more)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l code-file -d 'Read the recovery code from a file; - is standard input' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l list -d 'Show what can be undone'
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l discard -d 'Forget the sealed originals: it cannot be undone any more'
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l overwrite -d 'Put files back although they were changed since; what was written since is lost'
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l no-restart -d 'Refuse when OpenClaw runs, instead of stopping and starting it'
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -l json -d 'Write JSON'
complete -c bedlock -n "__fish_bedlock_using_subcommand undo" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l home -d 'Look at this home folder instead of your own' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l root -d 'Look at a mounted image: DIR stands for / (the home is found in it, or named with --home)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l also -d 'A folder outside of the home that is the agent\'s too (repeat it for more)' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l format -d 'How the posture is written' -r -f -a "text\t'For a terminal'
json\t'The published schema, see docs/schema/posture-1.json'
markdown\t'For an issue or a chat'
html\t'One self-contained page'"
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l output -d 'Write it to a file (mode 0600) instead of standard output' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l json -d 'Short for --format json'
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -l no-processes -d 'Do not look at the environment of running agents'
complete -c bedlock -n "__fish_bedlock_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l format -d 'How the findings are written' -r -f -a "text\t'For a terminal; a line for each finding when it goes into a pipe'
json\t'The published schema, see docs/schema/scan-1.json'
sarif\t'SARIF 2.1.0, for code scanning'
markdown\t'For an issue or a chat'"
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l output -d 'Write the findings to a file (mode 0600) instead of standard output' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l confidence -d 'Leave out findings that are less sure than this' -r -f -a "low\t'A value that looks random under a name that sounds like a credential'
medium\t'A provider\'s shape, or a provider\'s variable name with a plausible value'
high\t'A shape that only this provider uses, or one whose checksum is right'"
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l rule -d 'Report this rule only (repeat it for more)' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l not-rule -d 'Do not report this rule (repeat it for more)' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l exclude -d 'Leave out files and folders, as a line of a .gitignore would (repeat it for more)' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l max-size -d 'Leave out larger files: a number of bytes, or one with K, M or G' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l baseline -d 'Do not report the secrets that this file has' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l write-baseline -d 'Write what is found now to a file for --baseline, or to .bedlockignore' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l threads -d 'How many threads search [default: one for each processor]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l json -d 'Short for --format json'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l list-rules -d 'List the rules and do nothing else'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l gitignore -d 'Leave out what git ignores, and .git itself'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l follow -d 'Follow symbolic links'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l no-ignore -d 'Report what bedlock:allow comments and .bedlockignore leave out'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l staged -d 'Search what git has staged instead of files'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -l redact -d 'Copy a file or standard input to standard output, with REDACTED- and a fingerprint for each secret'
complete -c bedlock -n "__fish_bedlock_using_subcommand scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bedlock -n "__fish_bedlock_using_subcommand daemon" -l profile -d 'Profile in ~/.aws/config [default: daemon.profile of bedlock.toml, else AWS_PROFILE]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand daemon" -l config -d 'Settings file [default: ~/.config/bedlock/bedlock.toml]' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand daemon" -l log -d 'How log lines are written to standard error' -r -f -a "text\t'For a person'
json\t'One JSON object each'"
complete -c bedlock -n "__fish_bedlock_using_subcommand daemon" -l api-root -d 'Server of Telegram\'s Bot API, when it is one of your own' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand daemon" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and not __fish_seen_subcommand_from test help" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and not __fish_seen_subcommand_from test help" -f -a "test" -d 'Send a test message by every notifier that is set up, and say which ones took it'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and not __fish_seen_subcommand_from test help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from test" -l profile -d 'Profile in ~/.aws/config [default: daemon.profile of bedlock.toml, else AWS_PROFILE]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from test" -l config -d 'Settings file [default: ~/.config/bedlock/bedlock.toml]' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from test" -l api-root -d 'Server of Telegram\'s Bot API, when it is one of your own' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from test" -l json -d 'Write JSON'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from help" -f -a "test" -d 'Send a test message by every notifier that is set up, and say which ones took it'
complete -c bedlock -n "__fish_bedlock_using_subcommand notify; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "install" -d 'Write the unit, enable it and start it'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "uninstall" -d 'Stop the daemon and take its unit away'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "status" -d 'Whether it is installed, runs, and answers'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from install" -l user -d 'User that the daemon of the machine runs as; needs --system' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from install" -l config -d 'Settings file of the daemon' -r -F
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from install" -l system -d 'The machine\'s service manager instead of your own'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from install" -l apply -d 'Do it; without this it is only shown'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l system -d 'The machine\'s service manager instead of your own'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l apply -d 'Do it; without this it is only shown'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from status" -l system -d 'The machine\'s service manager instead of your own'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from status" -l json -d 'Write JSON'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "install" -d 'Write the unit, enable it and start it'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "uninstall" -d 'Stop the daemon and take its unit away'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "status" -d 'Whether it is installed, runs, and answers'
complete -c bedlock -n "__fish_bedlock_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l port -d 'The port on 127.0.0.1; 0 takes a free one' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l region -d 'The region that everything is in' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l model -d 'A model that the role may invoke; more than once for more' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l approve -d 'Who lets programs in' -r -f -a "browser\t'Somebody, on the sign-in page'
auto\t'Nobody: every sign-in is let in at once'"
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l portal-session -d 'How long a sign-in lasts' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l access-token -d 'How long an access token lasts before it has to be refreshed' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l role-session -d 'How long role credentials last' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l device-code -d 'How long a person has to press a button' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -l json -d 'Say it as one JSON object, and each request as another'
complete -c bedlock -n "__fish_bedlock_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l profile -d 'Profile in ~/.aws/config [default: AWS_PROFILE, else the one that signs in]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l too-long -d 'What to do when sessions of this portal outlive the limit' -r -f -a "refuse\t'Say it, and do not sign in until it was said'
warn\t'Say it, and sign in'"
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l max-session -d 'The longest that a session may live, in hours' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l pkce -d 'A browser on this machine (authorization code with PKCE)'
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l device -d 'A code for a browser on any device'
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l no-browser -d 'Open no browser: print the link, and a QR code on a terminal'
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -l sealed -d 'Keep the session out of ~/.aws: with another user, or encrypted'
complete -c bedlock -n "__fish_bedlock_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bedlock -n "__fish_bedlock_using_subcommand logout" -l profile -d 'Profile in ~/.aws/config [default: AWS_PROFILE, else the one that signs in]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand logout" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand status" -l profile -d 'Profile in ~/.aws/config [default: AWS_PROFILE, else the one that signs in]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand status" -l json -d 'The published schema, see docs/schema/session-1.json'
complete -c bedlock -n "__fish_bedlock_using_subcommand status" -l online -d 'Ask the portal what the session opens (renews the token when it is time to)'
complete -c bedlock -n "__fish_bedlock_using_subcommand status" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand creds" -l profile -d 'Profile in ~/.aws/config [default: AWS_PROFILE, else the one that signs in]' -r
complete -c bedlock -n "__fish_bedlock_using_subcommand creds" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand demo" -l keep -d 'Keep the leaky home at the end'
complete -c bedlock -n "__fish_bedlock_using_subcommand demo" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand docs" -s h -l help -d 'Print help'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "audit" -d 'Find every secret of the agent on this host, and say which model provider could see it'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "harden" -d 'Take every secret out of the host and make Amazon Bedrock its only model route'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "undo" -d 'Put back what harden took out: every byte, mode, owner and time'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "verify" -d 'Prove that the host is keyless: no key, one model route, a time limit'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "scan" -d 'Find secrets in any files and folders'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "daemon" -d 'Keep the session alive, and send its owner the sign-in link before it ends'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "notify" -d 'Prove the ways to the owner'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "service" -d 'Let systemd or launchd run the daemon'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "sandbox" -d 'Run an AWS of your own on this machine: sign-in pages, Bedrock, Telegram; no account needed'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "login" -d 'Sign in through IAM Identity Center, in a browser or by a code on another device'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "logout" -d 'End the session at the portal, and forget the token, the role credentials and the client'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "status" -d 'Show who is signed in, until when, where the session is kept and what reaches it'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "creds" -d 'Print role credentials, as the credential_process of an AWS SDK'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "demo" -d 'Show the whole story on a temporary home: audit, harden, verify, undo, and a night with one tap'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "docs" -d 'Write the command reference, man pages, completions, schemas and the list of rules'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and not __fish_seen_subcommand_from audit harden undo verify scan daemon notify service sandbox login logout status creds demo docs help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and __fish_seen_subcommand_from notify" -f -a "test" -d 'Send a test message by every notifier that is set up, and say which ones took it'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "install" -d 'Write the unit, enable it and start it'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "uninstall" -d 'Stop the daemon and take its unit away'
complete -c bedlock -n "__fish_bedlock_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "status" -d 'Whether it is installed, runs, and answers'
