// One step an algorithm: the SDK computes, the server checks and keeps, the SDK verifies.
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

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// The five fields that every answer has, and a request may fill.
type fields struct{ crc32, crc32c, crc64, sha1, sha256 *string }

var checksums = []struct {
	algorithm types.ChecksumAlgorithm
	digest    func() hash.Hash
	field     func(*fields) **string
}{
	{types.ChecksumAlgorithmCrc32, func() hash.Hash { return crc32.NewIEEE() },
		func(f *fields) **string { return &f.crc32 }},
	{types.ChecksumAlgorithmCrc32c,
		func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
		func(f *fields) **string { return &f.crc32c }},
	{types.ChecksumAlgorithmCrc64nvme,
		func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
		func(f *fields) **string { return &f.crc64 }},
	{types.ChecksumAlgorithmSha1, sha1.New, func(f *fields) **string { return &f.sha1 }},
	{types.ChecksumAlgorithmSha256, sha256.New, func(f *fields) **string { return &f.sha256 }},
}

func init() {
	for _, each := range checksums {
		Step("checksum "+string(each.algorithm), func() {
			checked(each.algorithm, each.digest, each.field)
		})
	}
}

func encoded(digest hash.Hash, body []byte) string {
	digest.Write(body)
	return base64.StdEncoding.EncodeToString(digest.Sum(nil))
}

func checked(
	algorithm types.ChecksumAlgorithm, digest func() hash.Hash, field func(*fields) **string,
) {
	body := bytes.Repeat([]byte("checked on both sides"), 1000)
	key := "checked/" + string(algorithm)
	wanted := encoded(digest(), body)
	same := func(got fields, what string) {
		value := *field(&got)
		if value == nil {
			Fail("no checksum of %s", what)
		}
		Same(*value, wanted, "of "+what)
	}
	done := put(key, body, func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = algorithm })
	same(fields{done.ChecksumCRC32, done.ChecksumCRC32C, done.ChecksumCRC64NVME,
		done.ChecksumSHA1, done.ChecksumSHA256}, "put")
	found := Must(tryGet(key, func(in *s3.GetObjectInput) {
		in.ChecksumMode = types.ChecksumModeEnabled
	}))
	same(fields{found.ChecksumCRC32, found.ChecksumCRC32C, found.ChecksumCRC64NVME,
		found.ChecksumSHA1, found.ChecksumSHA256}, "get")
	Same(Read(found.Body), body, "bytes")
	head := Must(client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: here, Key: &key, ChecksumMode: types.ChecksumModeEnabled,
	}))
	same(fields{head.ChecksumCRC32, head.ChecksumCRC32C, head.ChecksumCRC64NVME,
		head.ChecksumSHA1, head.ChecksumSHA256}, "head")
	Same(head.ChecksumType, types.ChecksumTypeFullObject, "type")
	wrong := encoded(digest(), []byte("something else"))
	fails(tryPut(key, body, func(in *s3.PutObjectInput) {
		var f fields
		*field(&f) = &wrong
		in.ChecksumCRC32, in.ChecksumCRC32C, in.ChecksumCRC64NVME = f.crc32, f.crc32c, f.crc64
		in.ChecksumSHA1, in.ChecksumSHA256 = f.sha1, f.sha256
	}))("BadDigest", 400)
}
