package scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static scenario.Common.BUCKET;
import static scenario.Common.ENDPOINT;
import static scenario.Common.PART;
import static scenario.Common.base64;
import static scenario.Common.digest;
import static scenario.Common.fails;
import static scenario.Common.get;
import static scenario.Common.md5;
import static scenario.Common.put;
import static scenario.Common.random;
import static scenario.Common.s3;
import static scenario.Report.same;
import static scenario.Report.step;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.BlockingInputStreamAsyncRequestBody;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
import software.amazon.awssdk.services.s3.model.StorageClass;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;
import software.amazon.awssdk.transfer.s3.S3TransferManager;
import software.amazon.awssdk.transfer.s3.model.Upload;

/** Uploads in parts, by the SDK's transfer manager and by hand. */
final class Multipart {
    private Multipart() {}

    static void register() {
        step("stream of unknown length", Multipart::unknownLength);
        step("20 MiB by upload manager", Multipart::byManager);
        step("multipart by hand", Multipart::byHand);
        step("list parts and uploads", Multipart::listAndAbort);
        step("copy a part", Multipart::copyPart);
        step("object attributes", Multipart::attributes);
    }

    private static S3AsyncClient inParts() {
        return S3AsyncClient.builder()
                .endpointOverride(ENDPOINT)
                .forcePathStyle(true)
                .multipartEnabled(true)
                .multipartConfiguration(
                        m -> m.minimumPartSizeInBytes((long) PART).thresholdInBytes((long) PART))
                .build();
    }

    private static Upload begin(S3TransferManager manager, String key, AsyncRequestBody body) {
        return manager.upload(
                u -> u.putObjectRequest(r -> r.bucket(BUCKET).key(key)).requestBody(body));
    }

    private static void unknownLength() {
        byte[] body = random(2 * PART + 12345);
        try (S3AsyncClient client = inParts();
                S3TransferManager manager = S3TransferManager.builder().s3Client(client).build()) {
            BlockingInputStreamAsyncRequestBody stream =
                    AsyncRequestBody.forBlockingInputStream(null);
            Upload upload = begin(manager, "streamed", stream);
            stream.writeInputStream(new ByteArrayInputStream(body));
            upload.completionFuture().join();
        }
        same(md5(get("streamed")), md5(body), "MD5 of the bytes");
    }

    private static void byManager() {
        byte[] body = random(20 << 20);
        try (S3AsyncClient client = inParts();
                S3TransferManager manager = S3TransferManager.builder().s3Client(client).build()) {
            String etag = begin(manager, "managed", AsyncRequestBody.fromBytes(body))
                    .completionFuture().join().response().eTag();
            same(etag.endsWith("-4\""), true, "ETag " + etag + " ends in -4");
        }
        same(md5(get("managed")), md5(body), "MD5 of the bytes");
    }

    private static String start(String key, ChecksumAlgorithm algorithm) {
        return s3.createMultipartUpload(
                r -> r.bucket(BUCKET).key(key).checksumAlgorithm(algorithm)).uploadId();
    }

    private static UploadPartResponse send(
            String key, String id, int number, byte[] body, ChecksumAlgorithm algorithm) {
        return s3.uploadPart(
                r -> r.bucket(BUCKET).key(key).uploadId(id).partNumber(number)
                        .checksumAlgorithm(algorithm),
                RequestBody.fromBytes(body));
    }

    private static CompleteMultipartUploadResponse complete(
            String key, String id, List<CompletedPart> parts) {
        return s3.completeMultipartUpload(r -> r.bucket(BUCKET).key(key).uploadId(id)
                .multipartUpload(m -> m.parts(parts)));
    }

    /** Creates an upload with SHA256, sends the parts and completes it. */
    private static CompleteMultipartUploadResponse inParts(String key, List<byte[]> bodies) {
        String id = start(key, ChecksumAlgorithm.SHA256);
        List<CompletedPart> parts = new ArrayList<>();
        for (byte[] body : bodies) {
            int number = parts.size() + 1;
            UploadPartResponse sent = send(key, id, number, body, ChecksumAlgorithm.SHA256);
            same(sent.checksumSHA256(), base64(digest("SHA-256", body)), "checksum of a part");
            parts.add(CompletedPart.builder().partNumber(number).eTag(sent.eTag())
                    .checksumSHA256(sent.checksumSHA256()).build());
        }
        return complete(key, id, parts);
    }

    private static void byHand() {
        List<byte[]> bodies = List.of(random(PART), random(PART), "the last part".getBytes(UTF_8));
        CompleteMultipartUploadResponse done = inParts("by hand", bodies);
        same(done.eTag().endsWith("-3\""), true, "ETag " + done.eTag() + " ends in -3");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteArrayOutputStream digests = new ByteArrayOutputStream();
        for (byte[] body : bodies) {
            all.writeBytes(body);
            digests.writeBytes(digest("SHA-256", body));
        }
        same(done.checksumSHA256(), base64(digest("SHA-256", digests.toByteArray())) + "-3",
                "checksum");
        same(done.checksumType(), ChecksumType.COMPOSITE, "type");
        same(md5(get("by hand")), md5(all.toByteArray()), "MD5 of the bytes");
        same(md5(get("by hand", r -> r.partNumber(2))), md5(bodies.get(1)), "MD5 of part 2");
    }

    private static void listAndAbort() {
        String key = "aborted";
        String id = start(key, null);
        for (int number = 1; number <= 3; number++) {
            send(key, id, number, new byte[number], null);
        }
        List<Long> found = s3.listPartsPaginator(
                        r -> r.bucket(BUCKET).key(key).uploadId(id).maxParts(2))
                .parts().stream().map(p -> p.partNumber() * 10 + p.size()).toList();
        same(found, List.of(11L, 22L, 33L), "numbers and sizes");
        List<MultipartUpload> uploads =
                s3.listMultipartUploads(r -> r.bucket(BUCKET).prefix(key)).uploads();
        same(uploads.stream().map(MultipartUpload::uploadId).toList(), List.of(id), "uploads");
        s3.abortMultipartUpload(r -> r.bucket(BUCKET).key(key).uploadId(id));
        same(s3.listMultipartUploads(r -> r.bucket(BUCKET)).uploads(), List.of(),
                "uploads afterwards");
        fails("NoSuchUpload", 404, () -> s3.listParts(r -> r.bucket(BUCKET).key(key).uploadId(id)));
        fails("NoSuchUpload", 404, NoSuchUploadException.class,
                () -> s3.abortMultipartUpload(r -> r.bucket(BUCKET).key(key).uploadId(id)));
    }

    private static void copyPart() {
        byte[] body = random(PART + 1000);
        put("part source", body, r -> {});
        String id = start("part copied", null);
        CopyPartResult copied = s3.uploadPartCopy(
                r -> r.sourceBucket(BUCKET).sourceKey("part source")
                        .destinationBucket(BUCKET).destinationKey("part copied")
                        .uploadId(id).partNumber(1)
                        .copySourceRange("bytes=1000-" + (PART + 999))).copyPartResult();
        UploadPartResponse sent = send("part copied", id, 2, "the end".getBytes(UTF_8), null);
        complete("part copied", id, List.of(
                CompletedPart.builder().partNumber(1).eTag(copied.eTag())
                        .checksumCRC32(copied.checksumCRC32()).build(),
                CompletedPart.builder().partNumber(2).eTag(sent.eTag())
                        .checksumCRC32(sent.checksumCRC32()).build()));
        ByteArrayOutputStream wanted = new ByteArrayOutputStream();
        wanted.write(body, 1000, PART);
        wanted.writeBytes("the end".getBytes(UTF_8));
        same(md5(get("part copied")), md5(wanted.toByteArray()), "MD5 of the bytes");
    }

    private static void attributes() {
        CompleteMultipartUploadResponse done =
                inParts("attributes", List.of(random(PART), "end".getBytes(UTF_8)));
        GetObjectAttributesResponse found = s3.getObjectAttributes(
                r -> r.bucket(BUCKET).key("attributes")
                        .objectAttributes(ObjectAttributes.knownValues()
                                .toArray(ObjectAttributes[]::new)));
        same(found.eTag(), done.eTag().replace("\"", ""), "ETag");
        same(found.objectSize(), PART + 3L, "size");
        same(found.storageClass(), StorageClass.STANDARD, "storage class");
        same(found.checksum().checksumSHA256(), done.checksumSHA256().split("-")[0], "checksum");
        same(found.objectParts().totalPartsCount(), 2, "number of parts");
        same(found.objectParts().parts().stream().map(p -> p.size()).toList(),
                List.of((long) PART, 3L), "sizes of parts");
    }
}
