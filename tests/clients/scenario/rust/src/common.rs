//! The client, the bucket, and what most steps do with them.

use crate::report::{same, Error, Outcome};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Object};
use aws_sdk_s3::Client;
use aws_smithy_types::retry::RetryConfig;

pub struct World {
    pub s3: Client,
    pub region: String,
    pub bucket: String,
    pub absent: String,
    pub https: bool,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

pub async fn config() -> aws_sdk_s3::config::Builder {
    let environment = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    aws_sdk_s3::config::Builder::from(&environment)
        .endpoint_url(variable("TORHAUS_ENDPOINT"))
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
}

impl World {
    pub async fn new() -> Self {
        let bucket = variable("TORHAUS_TEST_BUCKET") + "-steps";
        World {
            s3: Client::from_conf(config().await.build()),
            region: variable("AWS_REGION"),
            absent: format!("{bucket}-absent"),
            bucket,
            https: variable("TORHAUS_ENDPOINT").starts_with("https:"),
        }
    }

    pub fn place(&self) -> CreateBucketConfiguration {
        let region = BucketLocationConstraint::from(self.region.as_str());
        CreateBucketConfiguration::builder().location_constraint(region).build()
    }

    pub fn put(&self, key: &str, body: impl Into<Vec<u8>>) -> PutObjectFluentBuilder {
        let body = ByteStream::from(body.into());
        self.s3.put_object().bucket(&self.bucket).key(key).body(body)
    }

    pub fn get(&self, key: &str) -> GetObjectFluentBuilder {
        self.s3.get_object().bucket(&self.bucket).key(key)
    }

    pub async fn bytes(&self, key: &str) -> Result<Vec<u8>, Error> {
        read(self.get(key)).await
    }
}

pub async fn read(get: GetObjectFluentBuilder) -> Result<Vec<u8>, Error> {
    let found = get.send().await.map_err(told)?;
    Ok(found.body.collect().await?.to_vec())
}

/// The server's own words instead of the SDK's "service error".
pub fn told<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
    error: SdkError<E>,
) -> Error {
    match (error.code(), error.message()) {
        (Some(code), message) => format!("{code}: {}", message.unwrap_or_default()).into(),
        _ => format!("{error:?}").chars().take(500).collect::<String>().into(),
    }
}

pub fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().map_or(0, |response| response.status().as_u16())
}

/// The call must have ended with that code and status.
pub fn fails<T, E: ProvideErrorMetadata>(
    result: Result<T, SdkError<E>>,
    code: &str,
    wanted: u16,
) -> Outcome {
    let error = refused(result)?;
    same((error.code(), status(&error)), (Some(code), wanted), "error")
}

pub fn refused<T, E>(result: Result<T, SdkError<E>>) -> Result<SdkError<E>, Error> {
    result.err().ok_or_else(|| "it worked, wanted an error".into())
}

pub fn keys(objects: &[Object]) -> Vec<&str> {
    objects.iter().filter_map(Object::key).collect()
}
