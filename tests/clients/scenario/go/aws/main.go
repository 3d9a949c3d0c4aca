// The scenario with the AWS SDK for Go v2 (../../steps.tsv says what each step is).
package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"

	"scenario/report"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

var (
	endpoint = os.Getenv("TORHAUS_ENDPOINT")
	region   = os.Getenv("AWS_REGION")
	bucket   = os.Getenv("TORHAUS_TEST_BUCKET") + "-steps"
	here     = aws.String(bucket)
	absent   = aws.String(bucket + "-absent")
	https    = strings.HasPrefix(endpoint, "https:")
	ctx      = context.Background()
	client   = newClient()
)

func newClient(options ...func(*s3.Options)) *s3.Client {
	settings := report.Must(config.LoadDefaultConfig(ctx))
	ours := func(o *s3.Options) {
		o.BaseEndpoint = aws.String(endpoint)
		o.UsePathStyle = true
		o.RetryMaxAttempts = 1
	}
	return s3.NewFromConfig(settings, append([]func(*s3.Options){ours}, options...)...)
}

func main() { report.Main() }

func put(key string, body []byte, options ...func(*s3.PutObjectInput)) *s3.PutObjectOutput {
	return report.Must(tryPut(key, body, options...))
}

func tryPut(
	key string, body []byte, options ...func(*s3.PutObjectInput),
) (*s3.PutObjectOutput, error) {
	input := &s3.PutObjectInput{Bucket: here, Key: &key, Body: bytes.NewReader(body)}
	for _, option := range options {
		option(input)
	}
	return client.PutObject(ctx, input)
}

func get(key string, options ...func(*s3.GetObjectInput)) []byte {
	return report.Read(report.Must(tryGet(key, options...)).Body)
}

func tryGet(key string, options ...func(*s3.GetObjectInput)) (*s3.GetObjectOutput, error) {
	input := &s3.GetObjectInput{Bucket: here, Key: &key}
	for _, option := range options {
		option(input)
	}
	return client.GetObject(ctx, input)
}

func create(name string, options ...func(*s3.CreateBucketInput)) (*s3.CreateBucketOutput, error) {
	input := &s3.CreateBucketInput{
		Bucket: &name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(region),
		},
	}
	for _, option := range options {
		option(input)
	}
	return client.CreateBucket(ctx, input)
}

// fails: the call must end with that code and status.
func fails[T any](_ T, err error) func(code string, status int) {
	return func(code string, status int) {
		if err == nil {
			report.Fail("it worked, wanted %s", code)
		}
		report.Same(statusOf(err), status, "status of "+err.Error())
		var named smithy.APIError
		if errors.As(err, &named) {
			report.Same(named.ErrorCode(), code, "code")
		} else if code != "" {
			report.Fail("%v has no code, wanted %s", err, code)
		}
	}
}

func statusOf(err error) int {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		report.Fail("no answer: %v", err)
	}
	return response.HTTPStatusCode()
}

func keys(objects []types.Object) []string {
	names := []string{}
	for _, object := range objects {
		names = append(names, *object.Key)
	}
	return names
}

func prefixes(common []types.CommonPrefix) []string {
	names := []string{}
	for _, prefix := range common {
		names = append(names, *prefix.Prefix)
	}
	return names
}
