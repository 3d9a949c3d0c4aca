// Single objects: bytes, names, headers, conditions, copies, links, encryption.
package main

import (
	"time"

	. "scenario/report"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	"github.com/minio/minio-go/v7/pkg/tags"
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

var (
	plainly = minio.PutObjectOptions{}
	whole   = minio.GetObjectOptions{}
)

func putAndGet() {
	for key, body := range map[string][]byte{"small": []byte("a small object"), "empty": {}} {
		Same(put(key, body, plainly).ETag, MD5(body), "ETag of put")
		found := stat(key)
		Same(found.Size, int64(len(body)), "size")
		Same(found.ETag, MD5(body), "ETag of stat")
		Same(get(key, whole), body, "bytes")
	}
}

func nameSurvives(key string) {
	put(key, []byte(key), plainly)
	Same(string(get(key, whole)), key, "bytes")
	found := listed(bucket, minio.ListObjectsOptions{Prefix: key[:4], Recursive: true})
	Same(keys(found), []string{key}, "listed")
}

func metadata() {
	put("described", []byte("{}"), minio.PutObjectOptions{
		UserMetadata: map[string]string{"Author": "someone", "Purpose": "a test; with = signs"},
		ContentType:  "application/json; charset=utf-8",
		CacheControl: "max-age=60",
	})
	found := stat("described")
	wanted := minio.StringMap{"Author": "someone", "Purpose": "a test; with = signs"}
	Same(found.UserMetadata, wanted, "metadata")
	Same(found.ContentType, "application/json; charset=utf-8", "content type")
	Same(found.Metadata.Get("Cache-Control"), "max-age=60", "cache control")
}

func headObject() {
	put("headed", []byte("12345"), plainly)
	found := stat("headed")
	Same(found.Size, int64(5), "size")
	Same(found.ETag, MD5([]byte("12345")), "ETag")
	Same(time.Since(found.LastModified).Abs() < 10*time.Minute, true, "changed just now")
	_, err := client.StatObject(ctx, bucket, "absent", minio.StatObjectOptions{})
	refused(err, minio.NoSuchKey, 404)
}

func ranged(start, end int64) minio.GetObjectOptions {
	options := minio.GetObjectOptions{}
	Works(options.SetRange(start, end))
	return options
}

func rangeGet() {
	put("ranged", []byte("0123456789"), plainly)
	body, _, headers, err := core.GetObject(ctx, bucket, "ranged", ranged(2, 5))
	Works(err)
	Same(string(Read(body)), "2345", "bytes")
	Same(headers.Get("Content-Range"), "bytes 2-5/10", "Content-Range")
	Same(string(get("ranged", ranged(0, -3))), "789", "last bytes")
	_, err = tryGet("ranged", ranged(10, 0))
	refused(err, "InvalidRange", 416)
}

func conditionalGet() {
	etag := put("conditional", []byte("as it was"), plainly).ETag
	var same, unless, other minio.GetObjectOptions
	Works(same.SetMatchETag(etag))
	Works(unless.SetMatchETagExcept(etag))
	Works(other.SetMatchETag("0123"))
	Same(string(get("conditional", same)), "as it was", "bytes")
	_, err := tryGet("conditional", unless)
	Same(minio.ToErrorResponse(err).StatusCode, 304, "status")
	_, err = tryGet("conditional", other)
	refused(err, "PreconditionFailed", 412)
}

func putIfNoneMatch() {
	var once minio.PutObjectOptions
	once.SetMatchETagExcept("*")
	put("only once", []byte("first"), once)
	_, err := tryPut("only once", []byte("second"), once)
	refused(err, "PreconditionFailed", 412)
	Same(string(get("only once", whole)), "first", "bytes")
}

func copyObject() {
	first := put("copied/from", []byte("to be copied"), minio.PutObjectOptions{
		UserMetadata: map[string]string{"Kept": "yes"}, ContentType: "text/x-one",
	})
	from := minio.CopySrcOptions{Bucket: bucket, Object: "copied/from"}
	to := minio.CopyDestOptions{Bucket: bucket, Object: "copied/to"}
	Must(client.CopyObject(ctx, to, from))
	Same(string(get("copied/to", whole)), "to be copied", "bytes")
	kept := stat("copied/to")
	Same(kept.UserMetadata, minio.StringMap{"Kept": "yes"}, "kept metadata")
	Same(kept.ContentType, "text/x-one", "kept content type")
	anew := to
	anew.ReplaceMetadata = true
	anew.UserMetadata = map[string]string{"New": "one"}
	anew.ContentType = "text/x-two"
	Must(client.CopyObject(ctx, anew, from))
	replaced := stat("copied/to")
	Same(replaced.UserMetadata, minio.StringMap{"New": "one"}, "replaced metadata")
	Same(replaced.ContentType, "text/x-two", "replaced content type")
	from.NoMatchETag = first.ETag
	_, err := client.CopyObject(ctx, to, from)
	refused(err, "PreconditionFailed", 412)
}

func objectTags() {
	put("tagged", []byte("x"), minio.PutObjectOptions{UserTags: map[string]string{"first": "1"}})
	// minio-go itself refuses letters beyond ASCII here.
	wanted := map[string]string{"a+b": "c d", "empty": ""}
	set := Must(tags.NewTags(wanted, true))
	Works(client.PutObjectTagging(ctx, bucket, "tagged", set, minio.PutObjectTaggingOptions{}))
	list := minio.GetObjectTaggingOptions{}
	Same(Must(client.GetObjectTagging(ctx, bucket, "tagged", list)).ToMap(), wanted, "tags")
	Same(stat("tagged").UserTagCount, 2, "count")
	remove := minio.RemoveObjectTaggingOptions{}
	Works(client.RemoveObjectTagging(ctx, bucket, "tagged", remove))
	left := Must(client.GetObjectTagging(ctx, bucket, "tagged", list)).ToMap()
	Same(len(left), 0, "tags after deletion")
}

func deleteObjects() {
	gone := make(chan minio.ObjectInfo, 4)
	for _, name := range []string{"gone/1", "gone/2", "gone/3", "gone/4"} {
		put(name, nil, plainly)
		gone <- minio.ObjectInfo{Key: name}
	}
	close(gone)
	put("gone/0", nil, plainly)
	for _, name := range []string{"gone/0", "gone/never there"} {
		Works(client.RemoveObject(ctx, bucket, name, minio.RemoveObjectOptions{}))
	}
	for trouble := range client.RemoveObjects(ctx, bucket, gone, minio.RemoveObjectsOptions{}) {
		Fail("%s: %v", trouble.ObjectName, trouble.Err)
	}
	left := listed(bucket, minio.ListObjectsOptions{Prefix: "gone/", Recursive: true})
	Same(keys(left), []string{}, "left")
	_, err := tryGet("gone/0", whole)
	refused(err, minio.NoSuchKey, 404)
}

func presignedGet() {
	put("linked äöü", []byte("behind a link"), plainly)
	link := Must(client.PresignedGetObject(ctx, bucket, "linked äöü", 5*time.Minute, nil)).String()
	status, body := Plain("GET", link, nil, "")
	Same([]any{status, body}, []any{200, "behind a link"}, "answer")
	status, _ = Plain("GET", OtherSignature(link), nil, "")
	Same(status, 403, "status for another signature")
}

func presignedPut() {
	body := Random(1000)
	link := Must(client.PresignedPutObject(ctx, bucket, "linked/up", 5*time.Minute)).String()
	status, answer := Plain("PUT", link, body, "text/plain")
	Same([]any{status, answer}, []any{200, ""}, "answer")
	Same(get("linked/up", whole), body, "bytes")
}

func sseS3() {
	body := Random(100_000)
	put("sealed", body, minio.PutObjectOptions{ServerSideEncryption: encrypt.NewSSE()})
	Same(stat("sealed").Metadata.Get("X-Amz-Server-Side-Encryption"), "AES256", "of stat")
	Same(get("sealed", whole), body, "bytes")
}

func sseC() {
	key, other := Must(encrypt.NewSSEC(Random(32))), Must(encrypt.NewSSEC(Random(32)))
	body := Random(100_000)
	sealed := minio.PutObjectOptions{ServerSideEncryption: key}
	if !https {
		_, err := tryPut("own key", body, sealed)
		refused(err, "InvalidRequest", 400)
		return
	}
	put("own key", body, sealed)
	Same(get("own key", minio.GetObjectOptions{ServerSideEncryption: key}), body, "bytes")
	_, err := tryGet("own key", whole)
	refused(err, "InvalidRequest", 400)
	_, err = tryGet("own key", minio.GetObjectOptions{ServerSideEncryption: other})
	if status := minio.ToErrorResponse(err).StatusCode; status != 400 && status != 403 {
		Fail("%d for another key: %v", status, err)
	}
}
