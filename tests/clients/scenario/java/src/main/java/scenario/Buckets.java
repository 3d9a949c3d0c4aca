package scenario;

import static scenario.Common.ABSENT;
import static scenario.Common.BUCKET;
import static scenario.Common.REGION;
import static scenario.Common.create;
import static scenario.Common.fails;
import static scenario.Common.keys;
import static scenario.Common.put;
import static scenario.Common.s3;
import static scenario.Report.same;
import static scenario.Report.step;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CORSRule;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.Tag;

/** Buckets, their settings, their listings, their errors. */
final class Buckets {
    private static final List<String> NAMES =
            List.of("l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀");

    private Buckets() {}

    static void register() {
        step("create bucket", Buckets::createBucket);
        step("head bucket", Buckets::headBucket);
        step("list buckets", Buckets::listBuckets);
        step("list v1", Buckets::listV1);
        step("list v2", Buckets::listV2);
        step("bucket tags", Buckets::bucketTags);
        step("CORS", Buckets::cors);
        step("lifecycle", Buckets::lifecycle);
        step("bucket policy", Buckets::policy);
        step("errors", Buckets::errors);
        step("delete bucket", Buckets::deleteBucket);
    }

    private static void createBucket() {
        same(create(BUCKET, r -> {}).location(), "/" + BUCKET, "Location");
        fails("BucketAlreadyOwnedByYou", 409, BucketAlreadyOwnedByYouException.class,
                () -> create(BUCKET, r -> {}));
    }

    private static void headBucket() {
        same(s3.headBucket(r -> r.bucket(BUCKET)).bucketRegion(), REGION, "region");
        same(Common.refused(() -> s3.headBucket(r -> r.bucket(ABSENT))).getClass(),
                NoSuchBucketException.class, "type");
    }

    private static void listBuckets() {
        Instant created = s3.listBuckets().buckets().stream()
                .filter(b -> b.name().equals(BUCKET)).findFirst().orElseThrow().creationDate();
        Duration age = Duration.between(created, Instant.now()).abs();
        same(age.compareTo(Duration.ofDays(1)) < 0, true, "created today");
    }

    private static void fill() {
        NAMES.forEach(name -> put(name, "x"));
    }

    private static List<String> prefixes(List<CommonPrefix> common) {
        return common.stream().map(CommonPrefix::prefix).toList();
    }

    private static void listV1() {
        fill();
        List<String> found = new ArrayList<>();
        ListObjectsResponse page;
        do {
            String marker = found.isEmpty() ? null : found.get(found.size() - 1);
            page = s3.listObjects(r -> r.bucket(BUCKET).prefix("l/").marker(marker).maxKeys(2));
            found.addAll(keys(page.contents()));
        } while (page.isTruncated());
        same(found, NAMES, "keys");
        page = s3.listObjects(r -> r.bucket(BUCKET).prefix("l/").delimiter("/").marker("l/1"));
        same(keys(page.contents()), List.of("l/2", "l/ö", "l/😀"), "keys after the marker");
        same(prefixes(page.commonPrefixes()), List.of("l/a/", "l/b/"), "common prefixes");
    }

    private static void listV2() {
        fill();
        List<String> found = new ArrayList<>();
        List<String> common = new ArrayList<>();
        int pages = 0;
        for (ListObjectsV2Response page : s3.listObjectsV2Paginator(
                r -> r.bucket(BUCKET).prefix("l/").delimiter("/").maxKeys(2))) {
            found.addAll(keys(page.contents()));
            common.addAll(prefixes(page.commonPrefixes()));
            pages++;
        }
        same(found, List.of("l/1", "l/2", "l/ö", "l/😀"), "keys");
        same(common, List.of("l/a/", "l/b/"), "common prefixes");
        same(pages, 3, "pages");
        ListObjectsV2Response after =
                s3.listObjectsV2(r -> r.bucket(BUCKET).prefix("l/").startAfter("l/a/4"));
        same(keys(after.contents()), List.of("l/b/5", "l/ö", "l/😀"), "keys after l/a/4");
        same(after.keyCount(), 3, "count");
    }

    private static void bucketTags() {
        fails("NoSuchTagSet", 404, () -> s3.getBucketTagging(r -> r.bucket(BUCKET)));
        List<Tag> tags = List.of(
                Tag.builder().key("empty").value("").build(),
                Tag.builder().key("team").value("Straße + co").build());
        s3.putBucketTagging(r -> r.bucket(BUCKET).tagging(t -> t.tagSet(tags)));
        List<Tag> found = s3.getBucketTagging(r -> r.bucket(BUCKET)).tagSet();
        same(found.stream().sorted(Comparator.comparing(Tag::key)).toList(), tags, "tags");
        s3.deleteBucketTagging(r -> r.bucket(BUCKET));
        fails("NoSuchTagSet", 404, () -> s3.getBucketTagging(r -> r.bucket(BUCKET)));
    }

    private static void cors() {
        fails("NoSuchCORSConfiguration", 404, () -> s3.getBucketCors(r -> r.bucket(BUCKET)));
        CORSRule rule = CORSRule.builder()
                .allowedOrigins("https://www.example.org")
                .allowedMethods("GET", "PUT")
                .allowedHeaders("*")
                .exposeHeaders("ETag")
                .maxAgeSeconds(600)
                .build();
        s3.putBucketCors(r -> r.bucket(BUCKET).corsConfiguration(c -> c.corsRules(rule)));
        same(s3.getBucketCors(r -> r.bucket(BUCKET)).corsRules(), List.of(rule), "rules");
        s3.deleteBucketCors(r -> r.bucket(BUCKET));
        fails("NoSuchCORSConfiguration", 404, () -> s3.getBucketCors(r -> r.bucket(BUCKET)));
    }

    private static void lifecycle() {
        Runnable none = () -> s3.getBucketLifecycleConfiguration(r -> r.bucket(BUCKET));
        fails("NoSuchLifecycleConfiguration", 404, none);
        LifecycleRule rule = LifecycleRule.builder()
                .id("old logs")
                .status(ExpirationStatus.ENABLED)
                .filter(f -> f.prefix("logs/"))
                .expiration(e -> e.days(30))
                .abortIncompleteMultipartUpload(a -> a.daysAfterInitiation(3))
                .build();
        s3.putBucketLifecycleConfiguration(
                r -> r.bucket(BUCKET).lifecycleConfiguration(c -> c.rules(rule)));
        same(s3.getBucketLifecycleConfiguration(r -> r.bucket(BUCKET)).rules(), List.of(rule),
                "rules");
        s3.deleteBucketLifecycle(r -> r.bucket(BUCKET));
        fails("NoSuchLifecycleConfiguration", 404, none);
    }

    private static void policy() {
        Runnable none = () -> s3.getBucketPolicy(r -> r.bucket(BUCKET));
        fails("NoSuchBucketPolicy", 404, none);
        String document = """
                {"Version": "2012-10-17", "Statement": [{"Sid": "NoDeletion", "Effect": "Deny",
                 "Principal": "*", "Action": "s3:DeleteObject",
                 "Resource": "arn:aws:s3:::%s/kept/*"}]}""".formatted(BUCKET);
        s3.putBucketPolicy(r -> r.bucket(BUCKET).policy(document));
        String found = s3.getBucketPolicy(r -> r.bucket(BUCKET)).policy();
        JsonNode wanted = JsonNode.parser().parse(document);
        same(JsonNode.parser().parse(found), wanted, "policy");
        s3.deleteBucketPolicy(r -> r.bucket(BUCKET));
        fails("NoSuchBucketPolicy", 404, none);
    }

    private static void errors() {
        fails("NoSuchKey", 404, NoSuchKeyException.class, () -> Common.get("absent"));
        fails("NoSuchBucket", 404, NoSuchBucketException.class,
                () -> s3.listObjectsV2(r -> r.bucket(ABSENT)));
        AwsBasicCredentials wrong =
                AwsBasicCredentials.create(System.getenv("AWS_ACCESS_KEY_ID"), "not the secret");
        try (S3Client stranger = Common.builder()
                .credentialsProvider(StaticCredentialsProvider.create(wrong)).build()) {
            fails("SignatureDoesNotMatch", 403,
                    () -> stranger.listObjectsV2(r -> r.bucket(BUCKET)));
        }
    }

    private static void deleteBucket() {
        put("last one", "");
        fails("BucketNotEmpty", 409, () -> s3.deleteBucket(r -> r.bucket(BUCKET)));
        s3.listObjectsV2Paginator(r -> r.bucket(BUCKET)).contents().stream()
                .forEach(o -> s3.deleteObject(r -> r.bucket(BUCKET).key(o.key())));
        s3.deleteBucket(r -> r.bucket(BUCKET));
        int gone = Common.refused(() -> s3.headBucket(r -> r.bucket(BUCKET))).statusCode();
        same(gone, 404, "status");
    }
}
