//! The names of services that issue credentials, for `<name> key`, `<NAME>_AUTH` and the like.
//!
//! [`crate::name`] asks whether a word in front of `key` is one of them: `sort key` and `etsy key`
//! differ in nothing else. Services with a rule are in here too, so that no order matters.
//!
//! **Invariant:** names only, in lower case and without separators. A name alone never finds anything.

use std::collections::HashSet;
use std::sync::OnceLock;

/// The services, in alphabetical order.
const NAMES: &str = "\
    1password abbysale abstract abuseipdb abyssale accuweather adafruit adafruitio adobe \
    adyen aeroworkflow age agora aha aikido aikidoci airbrake airship airtable \
    airtablepersonnal airvisual aiven alchemy alconost alegra aletheia algolia alibaba \
    alibabasts alibabastssecurity alienvault aliyun allsports amadeus ambee amplitude \
    anthropic anypoint apacta apdex api2cart apideck apiflash apifonica apify apilayer \
    apimatic apimetrics apitemplate apollo appcues appfollow appointedd appoptics appsynergy \
    appveyor artifactory artifactoryjfrog artifactoryreference artsy asaas asana ashby \
    assemblyai atera atlassian audd auth0 authorize authress autodesk autoklose avaza \
    aviationstack aws awsamazonbedrock axonaut aylien ayrshare azure azuread azurestorage \
    azuretenant bablic baidu bannerbear baremetrics baseten beamer beebole belvo besnappy \
    besttime betterstack billomat binance bing bitbar bitbucket bitbucketdatacenter \
    bitcoinaverage bitfinex bitgo bithumb bitly bitmex bitrise bittrex blablabus blazemeter \
    blitapp blocknative blogger bloomerang blynk bombbomb boostnote borgbase box braintree \
    branchio brandfetch bravesearch brightdata browserless browserstack browshot budibase \
    bugherd bugsnag buildkite bulksms bunnycdn buttercms byteplus caflou calendarific \
    calendly calorieninja campayn canadiandigital canny canva capsulecrm captaindata \
    carboninterface cartesia cashboard caspio censys centralstation cerebras cexio chargebee \
    chargify chartmogul chatfule chec checio checklyhq checkmarx checkvist circleci cisco \
    ciscomeraki civo clarifai claude clearbit clerk clickhelp clickhouse clicksend clickup \
    cliengo clientary clinchpad clockify clockwork clojars closecrm cloud66 cloudconvert \
    cloudelements cloudflare cloudflareglobal cloudflareoriginca cloudimage cloudinary \
    cloudmersive cloudplan cloudsight cloudsmith cloudways cloverly cloze clustdoc \
    cockroachlabs coda codacy codeclimate codecov codemagic codequiry cohere coinapi \
    coinbase coincap coingecko coinlayer coinlib coinmarketcap commercejs companyhub \
    configcat configcatsdk confluence confluent contentful contentfuldelivery contentstack \
    convertapi convertkit convier copper copyleaks copyscape couchbase couchbasecapella \
    countrylayer courier coveralls coze craftmypdf cratesio crowdin crowdstrike \
    cryptocompare currencycloud currencyfreaks currencylayer currencyscoop currentsapi \
    cursor customerguru customerio cypress d7network dailyco dandelion dareboost databento \
    databox databricks datacite datadog datafire datagov dataiku datastaxastra deepai \
    deepgram deepl deepseek definednetworking delighted demandbase demio deno \
    dependencytrack descartes detectify detectlanguage devcycle devcyclemobilesdk \
    devcycleserversdk deviantart devin dfuse diffbot diggernaut digicert digitalocean \
    discogs discord disqus dnscheck docker dockerhub dockerswarmunlock docparser documo \
    docusign doppler dotdigital dovico dribbble dronahq droneci dropbox duffel duply dwolla \
    dynadot dynalist dynatrace dyspatch eagleeyenetworks easyinsight easypost ebay \
    ecostruxure edamam edenai eightxeight elastic elasticemail elasticsearch elevenlabs \
    emailoctopus enablex endorlabs esendex etherscan ethplorer etsy etsyopen eventbrite \
    everhour exa exoscale exotel explorium exportsdk extractorapi facebook facebookpage \
    faceplusplus factset fal fastforex fastly fattureincloud faunadb feedier fetchrss fibery \
    figma fileio filestack finage finicity finnhub firebase firecrawl fireworks fivecolleges \
    fixerio flatio fleetbase flexport flickr flightapi flightlabs flightstats flowflu \
    flutterwave flyio fmfw formbucket formcraft formio formsite foursquare frameio freemius \
    freshbooks freshdesk freshworks fullcontact fullstory fxmarket gcpgemini gemini \
    genericcredentialuri gengo geoapify geocodify geocodio geoipifi getemail getemails \
    getgeoapi getgist getresponse getsandbox giphy gitea github githubfinegrained gitlab \
    gitlabcicdjob gitlabfeatureflag gitlabfeed gitlabincomingmail gitlabptt gitlabrrt \
    gitlabrunner gitlabscim gitter gladia glitterlyapi globalping gocanvas gocardless \
    goodday google govee grafana graphcms graphhopper greptile groovehq groq gtmetrix \
    gumroad gyazo happyscribe harness hashicorptf hashicorptfpassword hasura hellosign \
    helpcrunch helpscout hereapi heroku hetzner heygen highnote hiveage holidayapi honeycomb \
    hostio html2pdf hubspot huggingface humio hybiscus hyperbrowser hypertrack ibm \
    iconfinder iexapis iexcloud imagekit imagga imgbb imgix imgur improvmx influxdb infobip \
    infomaniak infracost infura insightly instagram instamojo instantly instatus integromat \
    intercom interseller intra42 intrinio invoiceocean ionic iota ip2location ipapi ipdata \
    ipgeolocation ipify ipinfo ipinfodb ipquality ipquery ipstack jenkins jfrog jina jira \
    jotform jsonbin jumpcloud jumpseller juro kaggle kagi kairos kakao kanbantool karmacrm \
    keenio kickbox kimi klaviyo klipfolio knapsackpro kontent kraken kucoin kylas l8y \
    langchain langchainlangsmith langfuse langsmith lark larksuite lastfm launchdarkly \
    leadfeeder lemlist lemonsqueezy lendflow lessannoyingcrm lexigram lichess \
    lightonparadigm linear linearapi linemessaging linenotify linkedin linkpreview linkup \
    linode liveagent livestorm llama llamacloud lob lobpub locationiq logdna loggly \
    loginradius logscale logz logzio looker loyverse lunchmoney luno madkudu magicbell \
    mailboxlayer mailchimp mailerlite mailersend mailgun mailgunpub mailjet mailjetbasic \
    mailjetsms mailmodo mailsac mailtrap mandrill mapbox mapquest marketstack mattermost \
    mavenlink maxmind meaningcloud mediastack megaport meistertask mem0 meraki mercadopago \
    mercuryproduction mergify mesibo messagebird metaapi metabase metrilo microsoft midise \
    midtrans mindmeister minimax miro mistral mixmax mixpanel mockaroo mollie monday mongodb \
    mongodbatlas monkeylearn moonclerk moonshot moosend moralis mparticle mrticktock mux \
    mydbops myfreshworks myintervals nasa nasdaq natureremo neon nethunt netlify \
    networksolutions neutrino neutrinoapi newrelic newrelicbrowser newrelicinsert newsapi \
    newscatcher nexmo nftport nghiemdev ngrok nicereply nightfall noticeable notion novita \
    nozbe nugetapi nugetconfigpassword numverify nutritionix nvidia nylas nytimes oanda \
    ocrspace okta ollama omnisend onedesk onelogin onepagecrm onesignal onesignalrich onfido \
    onwater oopspam openai opencage opencagedata opengraphr openrouter openshift openuv \
    openvpn openweather openweathermap opsgenie optimizely overloop ovh ovhconsumer owlbot \
    packagecloud paddle pagarme pagerduty pandadoc pandascore paperform paralleldots \
    parsehub parseur partnerstack passbase pastebin paydirtapp paymoapp paymongo paypal \
    paystack pdflayer pdfshift peopledatalabs pepipost perigon perplexity personaproduction \
    phantombuster phrase phraseaccesstoken pinata pinecone pinterest pipedream pipedrive \
    pixabay plaid planetscale planetscalepassword planview planviewleankit planyo playht \
    plivo podio poeditor poloniex polygon polymarket polymarketaddress polymarketpassphrase \
    portainer portkey positionstack postageapp posthog postman postmark powrbot prefect \
    privateai prodpad prooffull prospectcrm prospectio protocolsio proxycrawl pubnub pulumi \
    purestake pushbullet pusher pushover pypiupload qase quaderno qualaroo qubole quickbooks \
    quickmetrics rapidapi rawg razorpay reachmail readme reallysimplesystems rebrandly \
    recaptcha rechargepayments reddit redislabs refiner rejoiner reka removebg render \
    rentman repairshopr replicate replyio requestfinance resend restpack \
    restpackhtmltopdfapi retell ringcentral riot ritekit roaring robinhood rocketreach \
    rockset rollbar roninapp rootly route4me rownd rubygems runpod runrunit saladcloud \
    salesblink salescookie salesflare salesforce salesforceinstance salesloft salesmate \
    sambanova samsara satismeter saucelabs scaleway scalingo scalr scrapeowl scraperapi \
    scraperbox scrapestack scrapfly scrapingant scrapingbee screenshotapi screenshotlayer \
    scrutinizer seatgeek securitytrails segment selectpdf semantria semrush sendbird \
    sendbirdorganization sendgrid sendinblue sentry serpapi serper serphouse serpstack \
    serveradmin settlemint sheety sherpadesk shipday shippo shodan shodankey shopify \
    shopifycustom shopifyshared shotstack shutterstock sidekiq sidekiqsensitive signable \
    signalwire signaturit signupgenius sigopt siliconflow simfin simplesat simplynoted \
    simvoly sinch sirv siteleaf skrappio skybiometry slack slackconfig smartsheet \
    smartystreets smooch snipcart snowflake snyk snykkey sonar sonarcloud sonarqube \
    soundcloud sourcegraph sparkpost speechmatics speechtext splunk spoonacular sportradar \
    sportsmonk spotify squadcast square squarespace squareup sslmate stabilityai statuscake \
    statuspage statuspal stitchdata stockdata storecove stormboard stormglass storyblok \
    storychief strava stripe stripo stytch sugester sumologic supabase supernotes \
    surveyanyplace surveymonkey surveysparrow survicate swiftype synthesia tableau tailscale \
    talkable tatum tavily taxjar teamcity teamgate teamwork teamworkcrm teamworkdesk \
    technicalanalysisapi telegram telesign telnyx temporal tencent terraform testingbot \
    text2data textmagic thehive theoddsapi thinkific thousandeyes thunderstore ticketmaster \
    tickettailor tiingo timecamp timezoneapi tineswebhook tmdb tmetric todoist togetherai \
    toggltrack tokeet tomorrowio tomtom tradier transferwise travelpayouts travis travisci \
    trello trelloapikey trufflehog twelvedata twilio twitch twitter twitterbearer \
    twitterconsumer tyntec typeform typesense typetalk ubidots uclassify unifyid unkey \
    unkeyroot unsplash upcdatabase upcloud uplead uploadcare uploadio upstage upstash \
    upstashredisrest uptimerobot upwave urlscan userflow userstack vagrant valtown vapi \
    vatlayer vault vaultbatch vbout veevavault vercel vercelaigateway verimail veriphone \
    verizon versioneye viewneo vimeo virustotal visualcrossing voiceflow voicegain \
    volcengine vonage vouchery voyage voyageai vpnapi vultr vyte wakatime walkscore wandb \
    weatherbit weatherstack webex webflow webscraper webscraping websitepulse \
    weightsandbiases wepay whatsapp whoxy wistia wiz woocommerce woocommerceconsumer \
    workable workato workatodeveloper workos workosproduction workstack worldcoinindex \
    worldweather wrike xai xata xendit xenditproduction xero yandex yandexaws yelp ynab \
    youneedabudget yousign youtube zai zapier zapiernla zendesk zenkitapi zenrows zenscrape \
    zenserp zeplin zerobounce zerossl zerotier zhipu zipapi zipboard zipbooks zipcodeapi \
    zipcodebase zoho zohozapi zonkafeedback zoom zulip zulipchat zuplo zuploconsumer \
    ";

/// The longest name in the list.
pub(crate) const LONGEST: usize = 20;

/// Tells whether a word in lower case is the name of a service.
pub(crate) fn is_provider(word: &str) -> bool {
    static SET: OnceLock<HashSet<&'static str>> = OnceLock::new();
    word.len() <= LONGEST
        && SET
            .get_or_init(|| NAMES.split_ascii_whitespace().collect())
            .contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_plain() {
        let names: Vec<&str> = NAMES.split_ascii_whitespace().collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(names.iter().all(|name| {
            (3..=LONGEST).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        }));
        assert!(is_provider("etsy") && is_provider("newrelic"));
        assert!(!is_provider("sort") && !is_provider("cache") && !is_provider("public"));
    }
}
