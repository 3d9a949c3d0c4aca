package scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static scenario.Common.BUCKET;
import static scenario.Common.create;
import static scenario.Common.fails;
import static scenario.Common.s3;
import static scenario.Report.same;
import static scenario.Report.step;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ObjectLockRetention;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/** Versions, delete markers, locks: in buckets of their own, which the steps take away again. */
final class Versions {
    private static final String KEY = "note";

    private Versions() {}

    static void register() {
        step("versions", Versions::versions);
        step("delete marker", Versions::deleteMarker);
        step("object lock", Versions::objectLock);
    }

    private static String versioned(String name) {
        String bucket = BUCKET + "-" + name;
        create(bucket, r -> {});
        s3.putBucketVersioning(r -> r.bucket(bucket)
                .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
        same(s3.getBucketVersioning(r -> r.bucket(bucket)).status(), BucketVersioningStatus.ENABLED,
                "versioning");
        return bucket;
    }

    private static String put(String bucket, String body) {
        return s3.putObject(r -> r.bucket(bucket).key(KEY),
                RequestBody.fromString(body, UTF_8)).versionId();
    }

    private static String text(String bucket, String id) {
        return s3.getObjectAsBytes(r -> r.bucket(bucket).key(KEY).versionId(id)).asUtf8String();
    }

    private static DeleteObjectResponse remove(String bucket, String id) {
        return s3.deleteObject(r -> r.bucket(bucket).key(KEY).versionId(id));
    }

    private static void versions() {
        String bucket = versioned("versions");
        String first = put(bucket, "first");
        String second = put(bucket, "second");
        List<ObjectVersion> found = s3.listObjectVersions(r -> r.bucket(bucket)).versions();
        same(found.stream().map(ObjectVersion::versionId).toList(), List.of(second, first), "ids");
        same(found.stream().map(ObjectVersion::isLatest).toList(), List.of(true, false), "latest");
        same(text(bucket, null), "second", "the latest");
        same(text(bucket, first), "first", "the old one");
        remove(bucket, first);
        remove(bucket, second);
        s3.deleteBucket(r -> r.bucket(bucket));
    }

    private static void deleteMarker() {
        String bucket = versioned("markers");
        String kept = put(bucket, "kept");
        DeleteObjectResponse marker = remove(bucket, null);
        same(marker.deleteMarker(), true, "a marker");
        fails("NoSuchKey", 404, NoSuchKeyException.class, () -> text(bucket, null));
        List<DeleteMarkerEntry> found =
                s3.listObjectVersions(r -> r.bucket(bucket)).deleteMarkers();
        same(found.stream().map(DeleteMarkerEntry::versionId).toList(),
                List.of(marker.versionId()), "markers");
        remove(bucket, marker.versionId());
        same(text(bucket, null), "kept", "bytes");
        remove(bucket, kept);
        same(s3.listObjectVersions(r -> r.bucket(bucket)).versions(), List.of(), "versions left");
        s3.deleteBucket(r -> r.bucket(bucket));
    }

    private static void objectLock() {
        String bucket = BUCKET + "-locked";
        create(bucket, r -> r.objectLockEnabledForBucket(true));
        same(s3.getObjectLockConfiguration(r -> r.bucket(bucket)).objectLockConfiguration()
                .objectLockEnabled(), ObjectLockEnabled.ENABLED, "lock");
        String id = put(bucket, "to be kept");
        ObjectLockRetention wanted = ObjectLockRetention.builder()
                .mode(ObjectLockRetentionMode.GOVERNANCE)
                .retainUntilDate(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(1, ChronoUnit.HOURS))
                .build();
        s3.putObjectRetention(r -> r.bucket(bucket).key(KEY).versionId(id).retention(wanted));
        same(s3.getObjectRetention(r -> r.bucket(bucket).key(KEY).versionId(id)).retention(),
                wanted, "retention");
        fails("AccessDenied", 403, () -> remove(bucket, id));
        s3.deleteObject(r -> r.bucket(bucket).key(KEY).versionId(id)
                .bypassGovernanceRetention(true));
        s3.deleteBucket(r -> r.bucket(bucket));
    }
}
