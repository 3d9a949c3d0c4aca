// AWS SDK for Go v2: objects, metadata, a large upload in parts, a presigned link.
// Run: go run .   (SSL_CERT_FILE names the CA of an own certificate)
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

var ctx = context.Background()

func main() {
	settings := must(config.LoadDefaultConfig(ctx)) // region and keys from the environment
	client := s3.NewFromConfig(settings, func(o *s3.Options) {
		o.BaseEndpoint = aws.String(os.Getenv("TORHAUS_ENDPOINT"))
		o.UsePathStyle = true // so that no name server has to know the bucket
	})
	bucket := aws.String(fmt.Sprintf("example-go-%d", os.Getpid()))
	must(client.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: bucket,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(settings.Region),
		},
	}))
	note, large := aws.String("note.txt"), aws.String("large.bin")

	must(client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: bucket, Key: note, Body: bytes.NewReader([]byte("a note")),
		Metadata: map[string]string{"author": "example"},
	}))
	found := must(client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: note}))
	check(string(must(io.ReadAll(found.Body))) == "a note" && found.Metadata["author"] == "example")

	body := make([]byte, 20_000_000)
	must(rand.Read(body))
	uploader := manager.NewUploader(client) // sends it in parts
	must(uploader.Upload(ctx, &s3.PutObjectInput{
		Bucket: bucket, Key: large, Body: bytes.NewReader(body),
	}))
	back := manager.NewWriteAtBuffer(nil)
	downloader := manager.NewDownloader(client)
	must(downloader.Download(ctx, back, &s3.GetObjectInput{Bucket: bucket, Key: large}))
	check(bytes.Equal(back.Bytes(), body))

	link := must(s3.NewPresignClient(client).PresignGetObject(ctx,
		&s3.GetObjectInput{Bucket: bucket, Key: note}, s3.WithPresignExpires(5*time.Minute)))
	answer := must(http.Get(link.URL))
	check(string(must(io.ReadAll(answer.Body))) == "a note")

	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket})
	for pages.HasMorePages() {
		for _, item := range must(pages.NextPage(ctx)).Contents {
			fmt.Printf("%10d %s\n", *item.Size, *item.Key)
			must(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: item.Key}))
		}
	}
	must(client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}))
	fmt.Println("go: the bytes are the same")
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func check(fact bool) {
	if !fact {
		log.Fatal("something else came back")
	}
}
