//! The pages on which a person lets a program in: `/device` with a user code, `/authorize` with PKCE.
//!
//! Routed to by `server`; `page` has their look, `sign_in` what they decide.
//!
//! **Invariant:** a decision is taken only from a form that this sandbox showed to the same browser
//! on its own origin; an address of a program is gone to only when that program registered it.

use hmac::{Hmac, Mac};
use hyper::StatusCode;
use hyper::header::{COOKIE, HOST, HeaderMap, HeaderName, LOCATION, ORIGIN, SET_COOKIE};
use jiff::Timestamp;
use sha2::Sha256;

use super::IdentityCenter;
use super::clients::GrantType;
use super::denial::Denial;
use super::page::{Page, escape};
use super::sign_in::{Closed, CodeRequest, Decision, PendingSignIn, SignIn, normal_user_code};
use crate::form::{encode, parameter};
use crate::minted;
use crate::reply::Reply;

const COOKIE_NAME: &str = "bedlock-sandbox";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Home,
    ShowDevice,
    DecideDevice,
    ShowAuthorize,
    DecideAuthorize,
}

impl Operation {
    pub(crate) fn of(method: &str, path: &str) -> Option<Self> {
        match (method, path) {
            ("GET", "/") => Some(Self::Home),
            ("GET", "/device") => Some(Self::ShowDevice),
            ("POST", "/device") => Some(Self::DecideDevice),
            ("GET", "/authorize") => Some(Self::ShowAuthorize),
            ("POST", "/authorize") => Some(Self::DecideAuthorize),
            _ => None,
        }
    }

    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::Home => "page:Home",
            Self::ShowDevice => "page:Device",
            Self::DecideDevice => "page:DecideDevice",
            Self::ShowAuthorize => "page:Authorize",
            Self::DecideAuthorize => "page:DecideAuthorize",
        }
    }
}

/// What a browser asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) operation: Operation,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// The authority of an HTTP/2 request.
    pub(crate) authority: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// Answers one visit.
pub(crate) fn answer(center: &IdentityCenter, visit: &Visit<'_>, now: Timestamp) -> Reply {
    let Some(host) = visit.loopback_host() else {
        return refused(
            "This page is for this machine",
            "Open it by its loopback address.",
        );
    };
    match visit.operation {
        Operation::Home => redirect("/device"),
        Operation::ShowDevice => show_device(center, visit, now),
        Operation::ShowAuthorize => show_authorize(center, visit, now),
        Operation::DecideDevice | Operation::DecideAuthorize => {
            let form = String::from_utf8_lossy(visit.body);
            match center.decision_of(visit, host, &form) {
                Some((name, decision)) => decided(center, visit, &name, decision, now),
                None => refused(
                    "This form is not from here",
                    "Open the sign-in link again and decide on the page that it shows.",
                ),
            }
        }
    }
}

impl Visit<'_> {
    /// The host that was asked for, if it is this machine; a name that merely resolves to it is not.
    fn loopback_host(&self) -> Option<&str> {
        let host = match self.authority {
            Some(authority) => authority,
            None => self.headers.get(HOST)?.to_str().ok()?,
        };
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        matches!(name, "127.0.0.1" | "localhost").then_some(host)
    }

    fn cookie(&self) -> Option<&str> {
        let cookies = self.headers.get_all(COOKIE).iter();
        let texts = cookies.filter_map(|value| value.to_str().ok());
        texts.flat_map(|text| text.split(';')).find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE_NAME).then_some(value)
        })
    }

    /// Tells whether a browser sent the form from a page of ours, as far as the browser says.
    fn is_from_here(&self, host: &str) -> bool {
        let origin = self.headers.get(ORIGIN).map(|value| value.as_bytes());
        let site = self.headers.get(FETCH_SITE).map(|value| value.as_bytes());
        origin.is_none_or(|origin| origin == format!("http://{host}").as_bytes())
            && site.is_none_or(|site| site == b"same-origin")
    }
}

impl IdentityCenter {
    /// Ties a form to the browser that it is shown in and to what it decides.
    fn form_token(&self, browser: &str, name: &str) -> Option<Hmac<Sha256>> {
        let key = self.form_key.expose().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(format!("{browser}\n{name}").as_bytes());
        Some(mac)
    }

    /// Reads a form, if it is one that this browser was shown.
    fn decision_of(&self, visit: &Visit<'_>, host: &str, form: &str) -> Option<(String, Decision)> {
        let name = parameter(form, "name")?;
        let token = hex::decode(parameter(form, "form")?).ok()?;
        let expected = self.form_token(visit.cookie()?, &name)?;
        expected.verify_slice(&token).ok()?;
        let decision = match parameter(form, "decision")?.as_str() {
            "approve" => Decision::Approve,
            "deny" => Decision::Deny,
            _ => return None,
        };
        visit.is_from_here(host).then_some((name, decision))
    }

    /// Shows a sign-in with the two buttons.
    fn ask(&self, visit: &Visit<'_>, action: &str, sign_in: &SignIn) -> Reply {
        let browser = match visit.cookie() {
            Some(known) => known.to_owned(),
            None => minted::hex_digits(32),
        };
        let token = self
            .form_token(&browser, &sign_in.name)
            .map(|mac| hex::encode(mac.finalize().into_bytes()))
            .unwrap_or_default();
        let shown = sign_in.shown();
        let code = shown.user_code.as_ref().map_or_else(String::new, |code| {
            format!(
                "<p>Go on only if the program shows this same code.</p>\n\
                 <p class=\"code\" id=\"code\">{}</p>\n",
                escape(code)
            )
        });
        let body = format!(
            "<p>A program asks for access to your accounts.</p>\n{code}{}\
             <form method=\"post\" action=\"{action}\">\
             <input type=\"hidden\" name=\"name\" value=\"{}\">\
             <input type=\"hidden\" name=\"form\" value=\"{token}\">\
             <div class=\"actions\">\
             <button class=\"go\" name=\"decision\" value=\"approve\">Allow access</button>\
             <button name=\"decision\" value=\"deny\">Deny access</button>\
             </div></form>\n",
            self.facts(shown),
            escape(&sign_in.name),
        );
        let page = Page {
            status: StatusCode::OK,
            title: "Sign in",
            body,
        };
        let cookie = format!("{COOKIE_NAME}={browser}; Path=/; HttpOnly; SameSite=Strict");
        page.into_reply(None).with(SET_COOKIE, &cookie)
    }

    fn facts(&self, shown: &PendingSignIn) -> String {
        let clock = |instant: Timestamp| instant.strftime("%H:%M:%S UTC").to_string();
        let scopes = if shown.scopes.is_empty() {
            "your accounts and roles".to_owned()
        } else {
            shown.scopes.join(", ")
        };
        let rows = [
            ("Program", shown.client_name.clone()),
            ("Portal", self.settings.start_url.clone()),
            ("Asks for", scopes),
            ("Asked at", clock(shown.asked_at)),
            ("Open until", clock(shown.expires_at)),
        ];
        let rows = rows.map(|(term, text)| format!("<dt>{term}</dt><dd>{}</dd>\n", escape(&text)));
        format!("<dl>\n{}</dl>\n", rows.concat())
    }
}

fn show_device(center: &IdentityCenter, visit: &Visit<'_>, now: Timestamp) -> Reply {
    let Some(typed) = parameter(visit.query, "user_code") else {
        return ask_for_code(StatusCode::OK, None);
    };
    let sign_in = center
        .sign_in(&normal_user_code(&typed))
        .filter(|sign_in| sign_in.shown().user_code.is_some());
    let Some(sign_in) = sign_in else {
        return closed(Closed::Unknown);
    };
    match sign_in.is_open(now) {
        Ok(()) => center.ask(visit, "/device", &sign_in),
        Err(why) => closed(why),
    }
}

fn show_authorize(center: &IdentityCenter, visit: &Visit<'_>, now: Timestamp) -> Reply {
    let query = |name| parameter(visit.query, name).unwrap_or_default();
    let redirect_uri = query("redirect_uri");
    let client = center
        .client_by_id(&query("client_id"), now)
        .filter(|client| client.redirects_to(&redirect_uri));
    let Some(client) = client else {
        return refused(
            "This program is not known",
            "It is not registered here, or it wants the answer sent to an address that it did not \
             register. Start the sign-in again.",
        );
    };
    let state = query("state");
    let scopes: Vec<String> = query("scopes").split(' ').map(str::to_owned).collect();
    let wrong = if query("response_type") != "code"
        || query("code_challenge_method") != "S256"
        || query("code_challenge").is_empty()
    {
        Some(Denial::InvalidRequest)
    } else if scopes.iter().any(|scope| !client.scopes.contains(scope)) {
        Some(Denial::InvalidScope)
    } else {
        client.may(GrantType::AuthorizationCode).err()
    };
    if let Some(denial) = wrong {
        return redirect(&way_back(&redirect_uri, &state, Err(denial)));
    }
    let asked = CodeRequest {
        redirect_uri,
        state,
        challenge: query("code_challenge"),
        scopes,
    };
    let name = center.start_browser(&client, asked, now);
    match center.sign_in(&name) {
        Some(sign_in) if sign_in.is_open(now).is_ok() => center.ask(visit, "/authorize", &sign_in),
        Some(sign_in) => outcome(&sign_in, &client.name),
        None => closed(Closed::Unknown),
    }
}

fn decided(
    center: &IdentityCenter,
    visit: &Visit<'_>,
    name: &str,
    decision: Decision,
    now: Timestamp,
) -> Reply {
    match center.decide(name, decision, now) {
        Ok(sign_in) => outcome(&sign_in, &sign_in.shown().client_name),
        Err(Closed::Unknown) if visit.operation == Operation::DecideAuthorize => refused(
            "This sign-in is over",
            "The program that asked for it has stopped. Start the sign-in again.",
        ),
        Err(why) => closed(why),
    }
}

/// Sends the browser back to the program, or says what was decided.
fn outcome(sign_in: &SignIn, program: &str) -> Reply {
    if let Some((redirect_uri, state, outcome)) = sign_in.way_back() {
        return redirect(&way_back(redirect_uri, state, outcome));
    }
    let program = escape(program);
    let (title, body) = if sign_in.is_approved() {
        (
            "Signed in",
            format!(
                "<p class=\"mark good\" aria-hidden=\"true\">&#10003;</p>\n\
                 <p><strong>{program}</strong> may go on. You can close this page.</p>\n"
            ),
        )
    } else {
        (
            "Access denied",
            format!(
                "<p class=\"mark bad\" aria-hidden=\"true\">&#10005;</p>\n\
                 <p><strong>{program}</strong> was sent away. You can close this page.</p>\n"
            ),
        )
    };
    let status = StatusCode::OK;
    Page {
        status,
        title,
        body,
    }
    .into_reply(None)
}

/// Writes where the browser goes, with the code or the reason why there is none.
fn way_back(redirect_uri: &str, state: &str, outcome: Result<&str, Denial>) -> String {
    let told = match outcome {
        Ok(code) => format!("code={}", encode(code)),
        Err(denial) => format!(
            "error={}&error_description={}",
            denial.code(),
            encode(denial.description())
        ),
    };
    format!("{redirect_uri}?{told}&state={}", encode(state))
}

fn ask_for_code(status: StatusCode, alert: Option<&str>) -> Reply {
    let alert = alert.map_or_else(String::new, |alert| {
        format!("<p class=\"alert\" role=\"alert\">{alert}</p>\n")
    });
    let body = format!(
        "{alert}<p>Type the code that the program shows.</p>\n\
         <form method=\"get\" action=\"/device\">\
         <label for=\"user_code\">Code</label>\
         <input type=\"text\" id=\"user_code\" name=\"user_code\" required maxlength=\"16\" \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" \
         placeholder=\"XXXX-XXXX\">\
         <div class=\"actions\"><button class=\"go\">Go on</button></div></form>\n"
    );
    let title = "Sign in with a code";
    let error = (status != StatusCode::OK).then_some("UnknownUserCode");
    Page {
        status,
        title,
        body,
    }
    .into_reply(error)
}

fn closed(why: Closed) -> Reply {
    let (status, title, text) = match why {
        Closed::Unknown => {
            let alert = "There is no sign-in with this code. Look at it again.";
            return ask_for_code(StatusCode::NOT_FOUND, Some(alert));
        }
        Closed::Expired => (
            StatusCode::GONE,
            "This code has run out",
            "Ask the program for a new one: codes live ten minutes.",
        ),
        Closed::Decided => (
            StatusCode::CONFLICT,
            "This was decided before",
            "A code works once. You can close this page.",
        ),
    };
    let body = format!("<p>{text}</p>\n");
    Page {
        status,
        title,
        body,
    }
    .into_reply(Some("ClosedSignIn"))
}

fn refused(title: &str, text: &str) -> Reply {
    let page = Page {
        status: StatusCode::FORBIDDEN,
        title,
        body: format!("<p class=\"alert\" role=\"alert\">{text}</p>\n"),
    };
    page.into_reply(Some("RefusedPage"))
}

fn redirect(location: &str) -> Reply {
    Reply::found().with(LOCATION, location)
}
