package scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static scenario.Common.BUCKET;
import static scenario.Common.ENDPOINT;
import static scenario.Common.HTTPS;
import static scenario.Common.base64;
import static scenario.Common.digest;
import static scenario.Common.fails;
import static scenario.Common.get;
import static scenario.Common.keys;
import static scenario.Common.md5;
import static scenario.Common.plain;
import static scenario.Common.put;
import static scenario.Common.random;
import static scenario.Common.refused;
import static scenario.Common.s3;
import static scenario.Common.text;
import static scenario.Report.same;
import static scenario.Report.step;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Single objects: bytes, names, headers, conditions, copies, links, encryption. */
final class Objects {
    private Objects() {}

    static void register() {
        step("put and get", Objects::putAndGet);
        step("unicode key", () -> nameSurvives("Grüße/日本語 und 😀.txt"));
        step("key with plus and percent", () -> nameSurvives("signs/a+b %41&c=d  e%2Ff.txt"));
        step("metadata and content type", Objects::metadata);
        step("head object", Objects::headObject);
        step("range get", Objects::rangeGet);
        step("conditional get", Objects::conditionalGet);
        step("put if none match", Objects::putIfNoneMatch);
        step("copy object", Objects::copyObject);
        step("object tags", Objects::objectTags);
        step("delete", Objects::delete);
        step("presigned get", Objects::presignedGet);
        step("presigned put", Objects::presignedPut);
        step("SSE-S3", Objects::sseS3);
        step("SSE-C", Objects::sseC);
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static HeadObjectResponse head(String key) {
        return s3.headObject(r -> r.bucket(BUCKET).key(key));
    }

    private static void putAndGet() {
        Map<String, byte[]> bodies = Map.of("small", "a small object".getBytes(UTF_8),
                "empty", new byte[0]);
        bodies.forEach((key, body) -> {
            same(put(key, body, r -> {}).eTag(), quoted(md5(body)), "ETag of put");
            ResponseBytes<GetObjectResponse> found =
                    s3.getObjectAsBytes(r -> r.bucket(BUCKET).key(key));
            same(found.response().contentLength(), (long) body.length, "length");
            same(found.response().eTag(), quoted(md5(body)), "ETag of get");
            same(found.asByteArray(), body, "bytes");
        });
    }

    private static void nameSurvives(String key) {
        put(key, key);
        same(text(key), key, "bytes");
        String prefix = key.substring(0, 6);
        same(keys(s3.listObjectsV2(r -> r.bucket(BUCKET).prefix(prefix)).contents()), List.of(key),
                "listed");
    }

    private static void metadata() {
        Map<String, String> wanted = Map.of("author", "someone", "purpose", "a test; with = signs");
        put("described", "{}".getBytes(UTF_8), r -> r.metadata(wanted)
                .contentType("application/json; charset=utf-8")
                .cacheControl("max-age=60"));
        HeadObjectResponse found = head("described");
        same(found.metadata(), wanted, "metadata");
        same(found.contentType(), "application/json; charset=utf-8", "content type");
        same(found.cacheControl(), "max-age=60", "cache control");
    }

    private static void headObject() {
        put("headed", "12345");
        HeadObjectResponse found = head("headed");
        same(found.contentLength(), 5L, "length");
        same(found.eTag(), quoted(md5("12345".getBytes(UTF_8))), "ETag");
        Duration age = Duration.between(found.lastModified(), Instant.now()).abs();
        same(age.toMinutes() < 10, true, "changed just now");
        same(refused(() -> head("absent")).getClass(), NoSuchKeyException.class, "type");
    }

    private static void rangeGet() {
        put("ranged", "0123456789");
        ResponseBytes<GetObjectResponse> found =
                s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("ranged").range("bytes=2-5"));
        same(found.asUtf8String(), "2345", "bytes");
        same(found.response().contentRange(), "bytes 2-5/10", "Content-Range");
        same(new String(get("ranged", r -> r.range("bytes=-3")), UTF_8), "789", "last bytes");
        fails("InvalidRange", 416, () -> get("ranged", r -> r.range("bytes=10-")));
    }

    private static void conditionalGet() {
        String etag = put("conditional", "as it was").eTag();
        same(new String(get("conditional", r -> r.ifMatch(etag)), UTF_8), "as it was", "bytes");
        same(refused(() -> get("conditional", r -> r.ifNoneMatch(etag))).statusCode(), 304,
                "status");
        fails("PreconditionFailed", 412, () -> get("conditional", r -> r.ifMatch("\"0123\"")));
    }

    private static void putIfNoneMatch() {
        put("only once", "first".getBytes(UTF_8), r -> r.ifNoneMatch("*"));
        fails("PreconditionFailed", 412,
                () -> put("only once", "second".getBytes(UTF_8), r -> r.ifNoneMatch("*")));
        same(text("only once"), "first", "bytes");
    }

    private static void copy(Consumer<CopyObjectRequest.Builder> more) {
        s3.copyObject(r -> more.accept(r.sourceBucket(BUCKET).sourceKey("copied/from")
                .destinationBucket(BUCKET).destinationKey("copied/to")));
    }

    private static void copyObject() {
        String etag = put("copied/from", "to be copied".getBytes(UTF_8),
                r -> r.metadata(Map.of("kept", "yes")).contentType("text/x-one")).eTag();
        copy(r -> {});
        same(text("copied/to"), "to be copied", "bytes");
        same(head("copied/to").metadata(), Map.of("kept", "yes"), "kept metadata");
        same(head("copied/to").contentType(), "text/x-one", "kept content type");
        copy(r -> r.metadataDirective(MetadataDirective.REPLACE)
                .metadata(Map.of("new", "one")).contentType("text/x-two"));
        same(head("copied/to").metadata(), Map.of("new", "one"), "replaced metadata");
        same(head("copied/to").contentType(), "text/x-two", "replaced content type");
        fails("PreconditionFailed", 412, () -> copy(r -> r.copySourceIfNoneMatch(etag)));
    }

    private static void objectTags() {
        put("tagged", "x".getBytes(UTF_8), r -> r.tagging("first=1"));
        List<Tag> tags = List.of(
                Tag.builder().key("a+b").value("c d").build(),
                Tag.builder().key("ü").value("").build());
        s3.putObjectTagging(r -> r.bucket(BUCKET).key("tagged").tagging(t -> t.tagSet(tags)));
        same(s3.getObjectTagging(r -> r.bucket(BUCKET).key("tagged")).tagSet(), tags, "tags");
        same(s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("tagged")).response().tagCount(), 2,
                "count");
        s3.deleteObjectTagging(r -> r.bucket(BUCKET).key("tagged"));
        same(s3.getObjectTagging(r -> r.bucket(BUCKET).key("tagged")).tagSet(), List.of(),
                "tags after deletion");
    }

    private static void delete() {
        List<String> names = List.of("gone/1", "gone/2", "gone/3", "gone/4");
        names.forEach(name -> put(name, ""));
        put("gone/0", "");
        s3.deleteObject(r -> r.bucket(BUCKET).key("gone/0"));
        s3.deleteObject(r -> r.bucket(BUCKET).key("gone/never there"));
        List<ObjectIdentifier> all =
                names.stream().map(n -> ObjectIdentifier.builder().key(n).build()).toList();
        DeleteObjectsResponse done =
                s3.deleteObjects(r -> r.bucket(BUCKET).delete(d -> d.objects(all)));
        same(done.deleted().size(), 4, "deleted");
        same(done.errors().size(), 0, "errors");
        same(s3.listObjectsV2(r -> r.bucket(BUCKET).prefix("gone/")).contents(), List.of(), "left");
        fails("NoSuchKey", 404, NoSuchKeyException.class, () -> get("gone/0"));
    }

    private static S3Presigner presigner() {
        S3Configuration pathStyle = S3Configuration.builder().pathStyleAccessEnabled(true).build();
        return S3Presigner.builder().endpointOverride(ENDPOINT)
                .serviceConfiguration(pathStyle).build();
    }

    private static void presignedGet() throws Exception {
        put("linked äöü", "behind a link");
        try (S3Presigner presigner = presigner()) {
            URI link = presigner.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(5))
                    .getObjectRequest(r -> r.bucket(BUCKET).key("linked äöü"))).url().toURI();
            HttpResponse<String> answer = plain(link, null);
            same(answer.statusCode() + answer.body(), "200behind a link", "answer");
            String other = link.toString().replaceFirst("(Signature=.*)[^0](.*)$", "$10$2");
            same(plain(URI.create(other), null).statusCode(), 403, "status for another signature");
        }
    }

    private static void presignedPut() throws Exception {
        byte[] body = random(1000);
        try (S3Presigner presigner = presigner()) {
            URI link = presigner.presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(5))
                    .putObjectRequest(r ->
                            r.bucket(BUCKET).key("linked/up").contentType("text/plain")))
                    .url().toURI();
            HttpResponse<String> answer = plain(link, body);
            same(answer.statusCode() + answer.body(), "200", "answer");
        }
        same(get("linked/up"), body, "bytes");
    }

    private static void sseS3() {
        byte[] body = random(100_000);
        ServerSideEncryption wanted = ServerSideEncryption.AES256;
        same(put("sealed", body, r -> r.serverSideEncryption(wanted)).serverSideEncryption(),
                wanted, "of put");
        same(head("sealed").serverSideEncryption(), wanted, "of head");
        same(get("sealed"), body, "bytes");
    }

    private static Consumer<PutObjectRequest.Builder> sealed(byte[] key) {
        return r -> r.sseCustomerAlgorithm("AES256").sseCustomerKey(base64(key))
                .sseCustomerKeyMD5(base64(digest("MD5", key)));
    }

    private static Consumer<GetObjectRequest.Builder> opened(byte[] key) {
        return r -> r.sseCustomerAlgorithm("AES256").sseCustomerKey(base64(key))
                .sseCustomerKeyMD5(base64(digest("MD5", key)));
    }

    private static void sseC() {
        byte[] key = random(32);
        byte[] body = random(100_000);
        if (!HTTPS) {
            fails("InvalidRequest", 400, () -> put("own key", body, sealed(key)));
            return;
        }
        put("own key", body, sealed(key));
        same(get("own key", opened(key)), body, "bytes");
        fails("InvalidRequest", 400, () -> get("own key"));
        int status = refused(() -> get("own key", opened(random(32)))).statusCode();
        same(status == 400 || status == 403, true, "refused with another key: " + status);
    }
}
