//! The scenario with the AWS SDK for Rust (../steps.tsv says what each step is).

mod buckets;
mod checksums;
mod common;
mod multipart;
mod objects;
mod report;
mod settings;
mod versions;

#[tokio::main]
async fn main() {
    // The steps outlive this function's frame, so what they share is never freed.
    let world: &'static common::World = Box::leak(Box::new(common::World::new().await));
    let mut steps = buckets::steps(world);
    steps.extend(settings::steps(world));
    steps.extend(objects::steps(world));
    steps.extend(checksums::steps(world));
    steps.extend(multipart::steps(world));
    steps.extend(versions::steps(world));
    report::run(steps).await;
}
