// The scenario with minio-go (../../steps.tsv says what each step is).
package main

import (
	"bytes"
	"context"
	"net/url"
	"os"

	"scenario/report"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

var (
	region   = os.Getenv("AWS_REGION")
	bucket   = os.Getenv("TORHAUS_TEST_BUCKET") + "-steps"
	absent   = bucket + "-absent"
	endpoint = report.Must(url.Parse(os.Getenv("TORHAUS_ENDPOINT")))
	https    = endpoint.Scheme == "https"
	ctx      = context.Background()
	core     = newCore(os.Getenv("AWS_SECRET_ACCESS_KEY"))
	client   = core.Client
)

// Trailing headers are what minio-go wants for checksums of its users' choice.
func newCore(secret string) *minio.Core {
	return report.Must(minio.NewCore(endpoint.Host, &minio.Options{
		Creds:           credentials.NewStaticV4(os.Getenv("AWS_ACCESS_KEY_ID"), secret, ""),
		Secure:          https,
		Region:          region,
		BucketLookup:    minio.BucketLookupPath,
		TrailingHeaders: true,
		MaxRetries:      1,
	}))
}

func main() { report.Main() }

func put(key string, body []byte, options minio.PutObjectOptions) minio.UploadInfo {
	return report.Must(tryPut(key, body, options))
}

func tryPut(key string, body []byte, options minio.PutObjectOptions) (minio.UploadInfo, error) {
	return client.PutObject(ctx, bucket, key, bytes.NewReader(body), int64(len(body)), options)
}

func get(key string, options minio.GetObjectOptions) []byte {
	return report.Must(tryGet(key, options))
}

func tryGet(key string, options minio.GetObjectOptions) ([]byte, error) {
	body, _, _, err := core.GetObject(ctx, bucket, key, options)
	if err != nil {
		return nil, err
	}
	return report.Read(body), nil
}

func stat(key string) minio.ObjectInfo {
	return report.Must(client.StatObject(ctx, bucket, key, minio.StatObjectOptions{}))
}

// refused: the error must have that code and status.
func refused(err error, code string, status int) {
	if err == nil {
		report.Fail("it worked, wanted %s", code)
	}
	answer := minio.ToErrorResponse(err)
	report.Same([]any{answer.Code, answer.StatusCode}, []any{code, status}, "error "+err.Error())
}

func listed(bucket string, options minio.ListObjectsOptions) []minio.ObjectInfo {
	found := []minio.ObjectInfo{}
	for object := range client.ListObjects(ctx, bucket, options) {
		report.Works(object.Err)
		found = append(found, object)
	}
	return found
}

func keys(objects []minio.ObjectInfo) []string {
	names := []string{}
	for _, object := range objects {
		names = append(names, object.Key)
	}
	return names
}

func prefixes(common []minio.CommonPrefix) []string {
	names := []string{}
	for _, prefix := range common {
		names = append(names, prefix.Prefix)
	}
	return names
}
