package scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static scenario.Common.BUCKET;
import static scenario.Common.base64;
import static scenario.Common.digest;
import static scenario.Common.fails;
import static scenario.Common.put;
import static scenario.Common.s3;
import static scenario.Report.same;
import static scenario.Report.step;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** One step an algorithm: the SDK computes, the server checks and keeps, the SDK verifies. */
final class Checksums {
    /** An algorithm, computed here as well, and where requests and answers have it. */
    private record Kind(
            ChecksumAlgorithm algorithm,
            Function<byte[], byte[]> digest,
            Function<PutObjectResponse, String> ofPut,
            Function<GetObjectResponse, String> ofGet,
            Function<HeadObjectResponse, String> ofHead,
            BiConsumer<PutObjectRequest.Builder, String> told) {}

    private static final Kind[] KINDS = {
        new Kind(ChecksumAlgorithm.CRC32, body -> crc(new CRC32(), body),
                PutObjectResponse::checksumCRC32, GetObjectResponse::checksumCRC32,
                HeadObjectResponse::checksumCRC32, PutObjectRequest.Builder::checksumCRC32),
        new Kind(ChecksumAlgorithm.CRC32_C, body -> crc(new CRC32C(), body),
                PutObjectResponse::checksumCRC32C, GetObjectResponse::checksumCRC32C,
                HeadObjectResponse::checksumCRC32C, PutObjectRequest.Builder::checksumCRC32C),
        new Kind(ChecksumAlgorithm.CRC64_NVME, Checksums::crc64,
                PutObjectResponse::checksumCRC64NVME, GetObjectResponse::checksumCRC64NVME,
                HeadObjectResponse::checksumCRC64NVME, PutObjectRequest.Builder::checksumCRC64NVME),
        new Kind(ChecksumAlgorithm.SHA1, body -> digest("SHA-1", body),
                PutObjectResponse::checksumSHA1, GetObjectResponse::checksumSHA1,
                HeadObjectResponse::checksumSHA1, PutObjectRequest.Builder::checksumSHA1),
        new Kind(ChecksumAlgorithm.SHA256, body -> digest("SHA-256", body),
                PutObjectResponse::checksumSHA256, GetObjectResponse::checksumSHA256,
                HeadObjectResponse::checksumSHA256, PutObjectRequest.Builder::checksumSHA256),
    };

    private Checksums() {}

    static void register() {
        Arrays.stream(KINDS).forEach(kind -> step("checksum " + kind.algorithm, () -> check(kind)));
    }

    private static byte[] crc(Checksum sum, byte[] body) {
        sum.update(body);
        return ByteBuffer.allocate(4).putInt((int) sum.getValue()).array();
    }

    private static byte[] crc64(byte[] body) {
        long value = -1;
        for (byte next : body) {
            value ^= next & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) != 0 ? (value >>> 1) ^ 0x9a6c9329ac4bc9b5L : value >>> 1;
            }
        }
        return ByteBuffer.allocate(8).putLong(~value).array();
    }

    private static void check(Kind kind) {
        byte[] body = "checked on both sides".repeat(1000).getBytes(UTF_8);
        String key = "checked/" + kind.algorithm;
        String wanted = base64(kind.digest.apply(body));
        same(kind.ofPut.apply(put(key, body, r -> r.checksumAlgorithm(kind.algorithm))), wanted,
                "of put");
        ResponseBytes<GetObjectResponse> found = s3.getObjectAsBytes(
                r -> r.bucket(BUCKET).key(key).checksumMode(ChecksumMode.ENABLED));
        same(kind.ofGet.apply(found.response()), wanted, "of get");
        same(found.asByteArray(), body, "bytes");
        HeadObjectResponse head =
                s3.headObject(r -> r.bucket(BUCKET).key(key).checksumMode(ChecksumMode.ENABLED));
        same(kind.ofHead.apply(head), wanted, "of head");
        same(head.checksumType(), ChecksumType.FULL_OBJECT, "type");
        String wrong = base64(kind.digest.apply("something else".getBytes(UTF_8)));
        fails("BadDigest", 400, () -> put(key, body, r -> kind.told.accept(r, wrong)));
    }
}
