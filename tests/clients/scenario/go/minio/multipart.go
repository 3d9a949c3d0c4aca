// Uploads in parts, by the SDK itself and by hand.
package main

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"strings"

	. "scenario/report"

	"github.com/minio/minio-go/v7"
)

func init() {
	Step("stream of unknown length", unknownLength)
	Step("20 MiB by upload manager", byManager)
	Step("multipart by hand", byHand)
	Step("list parts and uploads", listAndAbort)
	Step("copy a part", copyPart)
	Step("object attributes", attributes)
}

var inPartsOf5 = minio.PutObjectOptions{PartSize: Part}

func unknownLength() {
	body := Random(2*Part + 12345)
	Must(client.PutObject(ctx, bucket, "streamed", Stream(body), -1, inPartsOf5))
	Same(MD5(get("streamed", whole)), MD5(body), "MD5 of the bytes")
}

func byManager() {
	body := Random(20 << 20)
	done := put("managed", body, inPartsOf5)
	Same(strings.HasSuffix(done.ETag, "-4"), true, "ETag "+done.ETag+" ends in -4")
	Same(MD5(get("managed", whole)), MD5(body), "MD5 of the bytes")
}

// inParts creates an upload with SHA256, sends the parts and completes it.
func inParts(key string, bodies [][]byte) minio.UploadInfo {
	id := Must(core.NewMultipartUpload(ctx, bucket, key, minio.PutObjectOptions{
		UserMetadata: map[string]string{"x-amz-checksum-algorithm": "SHA256"},
	}))
	parts := []minio.CompletePart{}
	for index, body := range bodies {
		digest := encoded(sha256.New(), body)
		sent := Must(core.PutObjectPart(ctx, bucket, key, id, index+1, bytes.NewReader(body),
			int64(len(body)), minio.PutObjectPartOptions{
				CustomHeader: http.Header{"X-Amz-Checksum-Sha256": {digest}},
			}))
		Same(sent.ChecksumSHA256, digest, "checksum of a part")
		parts = append(parts, minio.CompletePart{
			PartNumber: index + 1, ETag: sent.ETag, ChecksumSHA256: digest,
		})
	}
	return Must(core.CompleteMultipartUpload(ctx, bucket, key, id, parts, plainly))
}

func byHand() {
	bodies := [][]byte{Random(Part), Random(Part), []byte("the last part")}
	done := inParts("by hand", bodies)
	Same(strings.HasSuffix(done.ETag, "-3"), true, "ETag "+done.ETag+" ends in -3")
	digests := []byte{}
	for _, body := range bodies {
		digest := sha256.Sum256(body)
		digests = append(digests, digest[:]...)
	}
	Same(done.ChecksumSHA256, encoded(sha256.New(), digests)+"-3", "checksum")
	Same(MD5(get("by hand", whole)), MD5(bytes.Join(bodies, nil)), "MD5 of the bytes")
	second := get("by hand", minio.GetObjectOptions{PartNumber: 2})
	Same(MD5(second), MD5(bodies[1]), "MD5 of part 2")
}

func listAndAbort() {
	const key = "aborted"
	id := Must(core.NewMultipartUpload(ctx, bucket, key, plainly))
	for number := 1; number <= 3; number++ {
		Must(core.PutObjectPart(ctx, bucket, key, id, number,
			bytes.NewReader(make([]byte, number)), int64(number), minio.PutObjectPartOptions{}))
	}
	sizes, marker := []int64{}, 0
	for more := true; more; {
		page := Must(core.ListObjectParts(ctx, bucket, key, id, marker, 2))
		for _, part := range page.ObjectParts {
			sizes = append(sizes, int64(part.PartNumber), part.Size)
		}
		marker, more = page.NextPartNumberMarker, page.IsTruncated
	}
	Same(sizes, []int64{1, 1, 2, 2, 3, 3}, "numbers and sizes")
	uploads := Must(core.ListMultipartUploads(ctx, bucket, key, "", "", "", 1000)).Uploads
	Same(len(uploads), 1, "uploads")
	Same(uploads[0].UploadID, id, "upload")
	Works(core.AbortMultipartUpload(ctx, bucket, key, id))
	left := Must(core.ListMultipartUploads(ctx, bucket, "", "", "", "", 1000)).Uploads
	Same(len(left), 0, "uploads afterwards")
	_, err := core.ListObjectParts(ctx, bucket, key, id, 0, 2)
	refused(err, minio.NoSuchUpload, 404)
}

func copyPart() {
	body := Random(Part + 1000)
	put("part source", body, plainly)
	id := Must(core.NewMultipartUpload(ctx, bucket, "part copied", plainly))
	copied := Must(core.CopyObjectPart(
		ctx, bucket, "part source", bucket, "part copied", id, 1, 1000, Part, nil))
	sent := Must(core.PutObjectPart(ctx, bucket, "part copied", id, 2,
		strings.NewReader("the end"), 7, minio.PutObjectPartOptions{}))
	parts := []minio.CompletePart{copied, {PartNumber: 2, ETag: sent.ETag}}
	Must(core.CompleteMultipartUpload(ctx, bucket, "part copied", id, parts, plainly))
	wanted := append(bytes.Clone(body[1000:]), "the end"...)
	Same(MD5(get("part copied", whole)), MD5(wanted), "MD5 of the bytes")
}

func attributes() {
	done := inParts("attributes", [][]byte{Random(Part), []byte("end")})
	options := minio.ObjectAttributesOptions{}
	found := Must(client.GetObjectAttributes(ctx, bucket, "attributes", options))
	Same(found.ETag, done.ETag, "ETag")
	Same(found.ObjectSize, Part+3, "size")
	Same(found.StorageClass, "STANDARD", "storage class")
	Same(found.Checksum.ChecksumSHA256, strings.Split(done.ChecksumSHA256, "-")[0], "checksum")
	Same(found.ObjectParts.PartsCount, 2, "number of parts")
	sizes := []int{}
	for _, part := range found.ObjectParts.Parts {
		sizes = append(sizes, part.Size)
	}
	Same(sizes, []int{Part, 3}, "sizes of parts")
}
