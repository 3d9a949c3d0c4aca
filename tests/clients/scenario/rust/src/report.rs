//! Runs the steps in the harness's order and reports each on a line, as harness/program.py says;
//! and the few helpers that all steps use.

use base64::prelude::{Engine, BASE64_STANDARD};
use md5::{Digest, Md5};
use std::fmt::Debug;
use std::future::Future;
use std::io::{Read, Write};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The smallest size of a part but the last.
pub const PART: usize = 5 << 20;

pub type Error = Box<dyn std::error::Error + Send + Sync>;
pub type Outcome = Result<(), Error>;

/// One step: its name in steps.tsv and what it does.
pub type Step = (&'static str, Pin<Box<dyn Future<Output = Outcome>>>);

pub fn step(name: &'static str, action: impl Future<Output = Outcome> + 'static) -> Step {
    (name, Box::pin(action))
}

#[derive(Debug)]
struct NotApplicable(&'static str);

impl std::fmt::Display for NotApplicable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for NotApplicable {}

/// The step that this SDK's API cannot express.
pub async fn lacking(reason: &'static str) -> Outcome {
    Err(NotApplicable(reason).into())
}

pub async fn run(mut steps: Vec<Step>) {
    for wanted in std::env::var("TORHAUS_TEST_STEPS").unwrap_or_default().split('\n') {
        let Some(at) = steps.iter().position(|(name, _)| *name == wanted) else {
            continue;
        };
        let (name, action) = steps.swap_remove(at);
        let began = Instant::now();
        let (outcome, detail) = match action.await {
            Ok(()) => ("ok", String::new()),
            Err(trouble) if trouble.is::<NotApplicable>() => ("skip", trouble.to_string()),
            Err(trouble) => ("FAIL", trouble.to_string()),
        };
        println!(
            "{{\"row\": {}, \"outcome\": \"{outcome}\", \"detail\": {}, \"seconds\": {:.3}}}",
            json(name),
            json(&detail),
            began.elapsed().as_secs_f64()
        );
    }
}

fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out + "\""
}

pub fn same<T: PartialEq<U> + Debug, U: Debug>(got: T, wanted: U, what: &str) -> Outcome {
    if got == wanted {
        return Ok(());
    }
    let shown = |text: String| text.chars().take(300).collect::<String>();
    let (got, wanted) = (shown(format!("{got:?}")), shown(format!("{wanted:?}")));
    Err(format!("{what}: got {got}, wanted {wanted}").into())
}

pub fn holds(fact: bool, what: &str) -> Outcome {
    fact.then_some(()).ok_or_else(|| format!("not so: {what}").into())
}

pub fn random(size: usize) -> Vec<u8> {
    let mut body = vec![0; size];
    let mut source = std::fs::File::open("/dev/urandom").expect("a source of random bytes");
    source.read_exact(&mut body).expect("random bytes");
    body
}

pub fn md5(body: &[u8]) -> String {
    Md5::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn quoted_md5(body: &[u8]) -> String {
    format!("\"{}\"", md5(body))
}

pub fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub fn raw_md5(body: &[u8]) -> Vec<u8> {
    Md5::digest(body).to_vec()
}

/// Status and body of a plain request, by curl: no S3 client and none of this SDK's code.
pub fn plain(link: &str, body: Option<&[u8]>) -> Result<(u16, Vec<u8>), Error> {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-w", "%{stderr}%{http_code}", link]);
    if body.is_some() {
        curl.args(["-T", "-", "-H", "Content-Type: text/plain"]);
        curl.args(["-H", "Transfer-Encoding:"]);
        curl.args(["-H", &format!("Content-Length: {}", body.unwrap_or_default().len())]);
    }
    curl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = curl.spawn()?;
    child.stdin.take().ok_or("no way in")?.write_all(body.unwrap_or_default())?;
    let done = child.wait_with_output()?;
    Ok((String::from_utf8(done.stderr)?.trim().parse()?, done.stdout))
}
