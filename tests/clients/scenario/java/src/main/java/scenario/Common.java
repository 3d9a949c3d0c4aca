package scenario;

import static scenario.Report.same;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The client, the bucket and the few helpers that all steps use. */
final class Common {
    static final URI ENDPOINT = URI.create(System.getenv("TORHAUS_ENDPOINT"));
    static final String REGION = System.getenv("AWS_REGION");
    static final String BUCKET = System.getenv("TORHAUS_TEST_BUCKET") + "-steps";
    static final String ABSENT = BUCKET + "-absent";
    static final boolean HTTPS = ENDPOINT.getScheme().equals("https");
    static final int PART = 5 << 20;
    static final S3Client s3 = builder().build();

    private Common() {}

    /** Region and keys come from the environment, as they do for every AWS SDK. */
    static S3ClientBuilder builder() {
        return S3Client.builder()
                .endpointOverride(ENDPOINT)
                .forcePathStyle(true)
                .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)));
    }

    static PutObjectResponse put(String key, byte[] body, Consumer<PutObjectRequest.Builder> more) {
        return s3.putObject(
                r -> more.accept(r.bucket(BUCKET).key(key)), RequestBody.fromBytes(body));
    }

    static PutObjectResponse put(String key, String body) {
        return put(key, body.getBytes(java.nio.charset.StandardCharsets.UTF_8), r -> {});
    }

    static byte[] get(String key, Consumer<GetObjectRequest.Builder> more) {
        return s3.getObjectAsBytes(r -> more.accept(r.bucket(BUCKET).key(key))).asByteArray();
    }

    static byte[] get(String key) {
        return get(key, r -> {});
    }

    static String text(String key) {
        return new String(get(key), java.nio.charset.StandardCharsets.UTF_8);
    }

    static CreateBucketResponse create(String name, Consumer<CreateBucketRequest.Builder> more) {
        return s3.createBucket(r -> more.accept(
                r.bucket(name).createBucketConfiguration(c -> c.locationConstraint(REGION))));
    }

    /** The call must end with that error, as an exception of that type. */
    static void fails(String code, int status, Class<? extends S3Exception> type, Runnable call) {
        S3Exception error = refused(call);
        if (!type.isInstance(error)) {
            throw new AssertionError(error.getClass() + ", wanted " + type, error);
        }
        same(error.awsErrorDetails().errorCode(), code, "code");
        same(error.statusCode(), status, "status of " + code);
    }

    static void fails(String code, int status, Runnable call) {
        fails(code, status, S3Exception.class, call);
    }

    static S3Exception refused(Runnable call) {
        try {
            call.run();
        } catch (S3Exception error) {
            return error;
        }
        throw new AssertionError("it worked, wanted an error");
    }

    static List<String> keys(List<S3Object> objects) {
        return objects.stream().map(S3Object::key).toList();
    }

    static byte[] random(int size) {
        byte[] body = new byte[size];
        new SecureRandom().nextBytes(body);
        return body;
    }

    static byte[] digest(String algorithm, byte[] body) {
        try {
            return MessageDigest.getInstance(algorithm).digest(body);
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static String md5(byte[] body) {
        return HexFormat.of().formatHex(digest("MD5", body));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The answer to a plain request, by no S3 client. */
    static HttpResponse<String> plain(URI link, byte[] body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(link);
        if (body != null) {
            request.PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                    .header("Content-Type", "text/plain");
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
