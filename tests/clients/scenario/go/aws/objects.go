// Single objects: bytes, names, headers, conditions, copies, links, encryption.
package main

import (
	"crypto/md5"
	"encoding/base64"
	"time"

	. "scenario/report"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func init() {
	Step("put and get", putAndGet)
	Step("unicode key", func() { nameSurvives("Grüße/日本語 und 😀.txt") })
	Step("key with plus and percent", func() { nameSurvives("signs/a+b %41&c=d  e%2Ff.txt") })
	Step("metadata and content type", metadata)
	Step("head object", headObject)
	Step("range get", rangeGet)
	Step("conditional get", conditionalGet)
	Step("put if none match", putIfNoneMatch)
	Step("copy object", copyObject)
	Step("object tags", objectTags)
	Step("delete", deleteObjects)
	Step("presigned get", presignedGet)
	Step("presigned put", presignedPut)
	Step("SSE-S3", sseS3)
	Step("SSE-C", sseC)
}

func quoted(text string) string { return `"` + text + `"` }

func head(key string) *s3.HeadObjectOutput {
	return Must(client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: here, Key: &key}))
}

func putAndGet() {
	for key, body := range map[string][]byte{"small": []byte("a small object"), "empty": {}} {
		Same(*put(key, body).ETag, quoted(MD5(body)), "ETag of put")
		found := Must(tryGet(key))
		Same(*found.ContentLength, int64(len(body)), "length")
		Same(*found.ETag, quoted(MD5(body)), "ETag of get")
		Same(Read(found.Body), body, "bytes")
	}
}

func nameSurvives(key string) {
	put(key, []byte(key))
	Same(string(get(key)), key, "bytes")
	found := Must(client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: here, Prefix: aws.String(key[:4]),
	}))
	Same(keys(found.Contents), []string{key}, "listed")
}

func metadata() {
	wanted := map[string]string{"author": "someone", "purpose": "a test; with = signs"}
	put("described", []byte("{}"), func(in *s3.PutObjectInput) {
		in.Metadata = wanted
		in.ContentType = aws.String("application/json; charset=utf-8")
		in.CacheControl = aws.String("max-age=60")
	})
	found := head("described")
	Same(found.Metadata, wanted, "metadata")
	Same(*found.ContentType, "application/json; charset=utf-8", "content type")
	Same(*found.CacheControl, "max-age=60", "cache control")
}

func headObject() {
	put("headed", []byte("12345"))
	found := head("headed")
	Same(*found.ContentLength, int64(5), "length")
	Same(*found.ETag, quoted(MD5([]byte("12345"))), "ETag")
	Same(time.Since(*found.LastModified).Abs() < 10*time.Minute, true, "changed just now")
	_, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: here, Key: aws.String("absent")})
	Is[*types.NotFound](err)
}

func ranged(bounds string) func(*s3.GetObjectInput) {
	return func(in *s3.GetObjectInput) { in.Range = &bounds }
}

func rangeGet() {
	put("ranged", []byte("0123456789"))
	found := Must(tryGet("ranged", ranged("bytes=2-5")))
	Same(string(Read(found.Body)), "2345", "bytes")
	Same(*found.ContentRange, "bytes 2-5/10", "Content-Range")
	Same(string(get("ranged", ranged("bytes=-3"))), "789", "last bytes")
	fails(tryGet("ranged", ranged("bytes=10-")))("InvalidRange", 416)
}

func conditionalGet() {
	etag := put("conditional", []byte("as it was")).ETag
	same := get("conditional", func(in *s3.GetObjectInput) { in.IfMatch = etag })
	Same(string(same), "as it was", "bytes")
	_, err := tryGet("conditional", func(in *s3.GetObjectInput) { in.IfNoneMatch = etag })
	Same(statusOf(err), 304, "status")
	other := func(in *s3.GetObjectInput) { in.IfMatch = aws.String(quoted("0123")) }
	fails(tryGet("conditional", other))("PreconditionFailed", 412)
}

func putIfNoneMatch() {
	once := func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }
	put("only once", []byte("first"), once)
	fails(tryPut("only once", []byte("second"), once))("PreconditionFailed", 412)
	Same(string(get("only once")), "first", "bytes")
}

func copyObject() {
	first := put("copied/from", []byte("to be copied"), func(in *s3.PutObjectInput) {
		in.Metadata = map[string]string{"kept": "yes"}
		in.ContentType = aws.String("text/x-one")
	})
	input := s3.CopyObjectInput{
		Bucket: here, Key: aws.String("copied/to"), CopySource: aws.String(bucket + "/copied/from"),
	}
	Must(client.CopyObject(ctx, &input))
	Same(string(get("copied/to")), "to be copied", "bytes")
	kept := head("copied/to")
	Same(kept.Metadata, map[string]string{"kept": "yes"}, "kept metadata")
	Same(*kept.ContentType, "text/x-one", "kept content type")
	anew := input
	anew.MetadataDirective = types.MetadataDirectiveReplace
	anew.Metadata = map[string]string{"new": "one"}
	anew.ContentType = aws.String("text/x-two")
	Must(client.CopyObject(ctx, &anew))
	replaced := head("copied/to")
	Same(replaced.Metadata, anew.Metadata, "replaced metadata")
	Same(*replaced.ContentType, "text/x-two", "replaced content type")
	input.CopySourceIfNoneMatch = first.ETag
	fails(client.CopyObject(ctx, &input))("PreconditionFailed", 412)
}

func objectTags() {
	key := aws.String("tagged")
	put(*key, []byte("x"), func(in *s3.PutObjectInput) { in.Tagging = aws.String("first=1") })
	tags := []types.Tag{
		{Key: aws.String("a+b"), Value: aws.String("c d")},
		{Key: aws.String("ü"), Value: aws.String("")},
	}
	Must(client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
		Bucket: here, Key: key, Tagging: &types.Tagging{TagSet: tags},
	}))
	list := &s3.GetObjectTaggingInput{Bucket: here, Key: key}
	Same(Must(client.GetObjectTagging(ctx, list)).TagSet, tags, "tags")
	found := Must(tryGet(*key))
	Same(string(Read(found.Body)), "x", "bytes")
	Same(*found.TagCount, int32(2), "count")
	Must(client.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: here, Key: key}))
	Same(len(Must(client.GetObjectTagging(ctx, list)).TagSet), 0, "tags after deletion")
}

func deleteObjects() {
	gone := []types.ObjectIdentifier{}
	for _, name := range []string{"gone/1", "gone/2", "gone/3", "gone/4"} {
		put(name, nil)
		gone = append(gone, types.ObjectIdentifier{Key: aws.String(name)})
	}
	put("gone/0", nil)
	for _, name := range []string{"gone/0", "gone/never there"} {
		Must(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: here, Key: &name}))
	}
	done := Must(client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: here, Delete: &types.Delete{Objects: gone},
	}))
	Same([]int{len(done.Deleted), len(done.Errors)}, []int{4, 0}, "deleted and errors")
	left := Must(client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: here, Prefix: aws.String("gone/"),
	}))
	Same(keys(left.Contents), []string{}, "left")
	_, err := tryGet("gone/0")
	Is[*types.NoSuchKey](err)
}

func presignedGet() {
	put("linked äöü", []byte("behind a link"))
	link := Must(s3.NewPresignClient(client).PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: here, Key: aws.String("linked äöü"),
	}, s3.WithPresignExpires(5*time.Minute))).URL
	status, body := Plain("GET", link, nil, "")
	Same([]any{status, body}, []any{200, "behind a link"}, "answer")
	status, _ = Plain("GET", OtherSignature(link), nil, "")
	Same(status, 403, "status for another signature")
}

func presignedPut() {
	body := Random(1000)
	link := Must(s3.NewPresignClient(client).PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: here, Key: aws.String("linked/up"), ContentType: aws.String("text/plain"),
	}, s3.WithPresignExpires(5*time.Minute))).URL
	status, answer := Plain("PUT", link, body, "text/plain")
	Same([]any{status, answer}, []any{200, ""}, "answer")
	Same(get("linked/up"), body, "bytes")
}

func sseS3() {
	body := Random(100_000)
	answer := put("sealed", body, func(in *s3.PutObjectInput) {
		in.ServerSideEncryption = types.ServerSideEncryptionAes256
	})
	Same(answer.ServerSideEncryption, types.ServerSideEncryptionAes256, "of put")
	Same(head("sealed").ServerSideEncryption, types.ServerSideEncryptionAes256, "of head")
	Same(get("sealed"), body, "bytes")
}

func sseC() {
	key, body := Random(32), Random(100_000)
	withKey := func(key []byte) (algorithm, encoded, digest *string) {
		sum := md5.Sum(key)
		return aws.String("AES256"), aws.String(base64.StdEncoding.EncodeToString(key)),
			aws.String(base64.StdEncoding.EncodeToString(sum[:]))
	}
	sealed := func(in *s3.PutObjectInput) {
		in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = withKey(key)
	}
	opened := func(key []byte) func(in *s3.GetObjectInput) {
		return func(in *s3.GetObjectInput) {
			in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5 = withKey(key)
		}
	}
	if !https {
		fails(tryPut("own key", body, sealed))("InvalidRequest", 400)
		return
	}
	put("own key", body, sealed)
	Same(get("own key", opened(key)), body, "bytes")
	fails(tryGet("own key"))("InvalidRequest", 400)
	_, err := tryGet("own key", opened(Random(32)))
	if status := statusOf(err); status != 400 && status != 403 {
		Fail("%d for another key: %v", status, err)
	}
}
