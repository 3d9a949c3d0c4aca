// One step an algorithm: the SDK computes, the server checks and keeps. (minio-go does not compare
// what it reads; the step does.)
package main

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"

	. "scenario/report"

	"github.com/minio/minio-go/v7"
)

var checksums = []struct {
	name   string
	kind   minio.ChecksumType
	digest func() hash.Hash
	sent   func(minio.UploadInfo) string
	stored func(minio.ObjectInfo) string
}{
	{"CRC32", minio.ChecksumCRC32, func() hash.Hash { return crc32.NewIEEE() },
		func(u minio.UploadInfo) string { return u.ChecksumCRC32 },
		func(o minio.ObjectInfo) string { return o.ChecksumCRC32 }},
	{"CRC32C", minio.ChecksumCRC32C,
		func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
		func(u minio.UploadInfo) string { return u.ChecksumCRC32C },
		func(o minio.ObjectInfo) string { return o.ChecksumCRC32C }},
	{"CRC64NVME", minio.ChecksumCRC64NVME,
		func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
		func(u minio.UploadInfo) string { return u.ChecksumCRC64NVME },
		func(o minio.ObjectInfo) string { return o.ChecksumCRC64NVME }},
	{"SHA1", minio.ChecksumSHA1, sha1.New,
		func(u minio.UploadInfo) string { return u.ChecksumSHA1 },
		func(o minio.ObjectInfo) string { return o.ChecksumSHA1 }},
	{"SHA256", minio.ChecksumSHA256, sha256.New,
		func(u minio.UploadInfo) string { return u.ChecksumSHA256 },
		func(o minio.ObjectInfo) string { return o.ChecksumSHA256 }},
}

func init() {
	for _, each := range checksums {
		Step("checksum "+each.name, func() {
			body, key := bytes.Repeat([]byte("checked on both sides"), 1000), "checked/"+each.name
			wanted := encoded(each.digest(), body)
			done := put(key, body, minio.PutObjectOptions{Checksum: each.kind})
			Same(each.sent(done), wanted, "of put")
			head := Must(client.StatObject(ctx, bucket, key, minio.StatObjectOptions{Checksum: true}))
			Same(each.stored(head), wanted, "of stat")
			Same(head.ChecksumMode, "FULL_OBJECT", "type")
			Same(get(key, minio.GetObjectOptions{Checksum: true}), body, "bytes")
			wrong := minio.PutObjectOptions{UserMetadata: map[string]string{
				"x-amz-checksum-" + each.name: encoded(each.digest(), []byte("something else")),
			}}
			_, err := core.PutObject(
				ctx, bucket, key, bytes.NewReader(body), int64(len(body)), "", "", wrong)
			refused(err, "BadDigest", 400)
		})
	}
}

func encoded(digest hash.Hash, body []byte) string {
	digest.Write(body)
	return base64.StdEncoding.EncodeToString(digest.Sum(nil))
}
