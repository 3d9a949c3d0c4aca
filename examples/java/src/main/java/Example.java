// AWS SDK for Java v2: objects, metadata, a large upload in parts, a presigned link.
// Run: mvn -q package dependency:copy-dependencies &&
//      java -cp 'target/classes:target/dependency/*' Example
// An own certificate's CA goes into a store (keytool -importcert) named by
// -Djavax.net.ssl.trustStore and -Djavax.net.ssl.trustStorePassword.

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

public final class Example {
    private static final URI ENDPOINT = URI.create(System.getenv("TORHAUS_ENDPOINT"));
    private static final String BUCKET = "example-java-" + ProcessHandle.current().pid();

    public static void main(String[] arguments) throws Exception {
        // Region and keys come from the environment. Path style: the bucket stands in the path, so
        // that no name server has to know it.
        try (S3Client s3 =
                S3Client.builder().endpointOverride(ENDPOINT).forcePathStyle(true).build()) {
            s3.createBucket(r -> r.bucket(BUCKET).createBucketConfiguration(
                    c -> c.locationConstraint(System.getenv("AWS_REGION"))));
            note(s3);
            large(s3);
            link();
            s3.listObjectsV2Paginator(r -> r.bucket(BUCKET)).contents().forEach(item -> {
                System.out.printf("%10d %s%n", item.size(), item.key());
                s3.deleteObject(r -> r.bucket(BUCKET).key(item.key()));
            });
            s3.deleteBucket(r -> r.bucket(BUCKET));
        }
        System.out.println("java: the bytes are the same");
    }

    private static void note(S3Client s3) {
        s3.putObject(r -> r.bucket(BUCKET).key("note.txt").metadata(Map.of("author", "example")),
                RequestBody.fromString("a note"));
        ResponseBytes<GetObjectResponse> found =
                s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("note.txt"));
        check(found.asUtf8String().equals("a note"));
        check(found.response().metadata().equals(Map.of("author", "example")));
    }

    private static void large(S3Client s3) {
        byte[] body = new byte[20_000_000];
        new Random().nextBytes(body);
        try (S3AsyncClient client = S3AsyncClient.builder().endpointOverride(ENDPOINT)
                        .forcePathStyle(true).multipartEnabled(true).build();
                S3TransferManager manager = S3TransferManager.builder().s3Client(client).build()) {
            manager.upload(u -> u.putObjectRequest(r -> r.bucket(BUCKET).key("large.bin"))
                    .requestBody(AsyncRequestBody.fromBytes(body))).completionFuture().join();
        }
        check(Arrays.equals(
                s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("large.bin")).asByteArray(), body));
    }

    private static void link() throws Exception {
        S3Configuration pathStyle =
                S3Configuration.builder().pathStyleAccessEnabled(true).build();
        try (S3Presigner presigner = S3Presigner.builder().endpointOverride(ENDPOINT)
                .serviceConfiguration(pathStyle).build()) {
            URI link = presigner.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(5))
                    .getObjectRequest(r -> r.bucket(BUCKET).key("note.txt"))).url().toURI();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(
                    HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofString());
            check(answer.body().equals("a note"));
        }
    }

    private static void check(boolean fact) {
        if (!fact) {
            throw new AssertionError("something else came back");
        }
    }
}
