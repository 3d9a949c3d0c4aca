// minio-go: objects, metadata, a large upload in parts, a presigned link.
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
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

var ctx = context.Background()

func main() {
	endpoint := must(url.Parse(os.Getenv("TORHAUS_ENDPOINT")))
	client := must(minio.New(endpoint.Host, &minio.Options{
		Creds:  credentials.NewEnvAWS(),
		Secure: endpoint.Scheme == "https",
		Region: os.Getenv("AWS_REGION"),
	}))
	bucket := fmt.Sprintf("example-minio-go-%d", os.Getpid())
	works(client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: os.Getenv("AWS_REGION")}))

	note := []byte("a note")
	must(client.PutObject(ctx, bucket, "note.txt", bytes.NewReader(note), int64(len(note)),
		minio.PutObjectOptions{UserMetadata: map[string]string{"Author": "example"}}))
	check(bytes.Equal(read(client, bucket, "note.txt"), note))
	found := must(client.StatObject(ctx, bucket, "note.txt", minio.StatObjectOptions{}))
	check(found.UserMetadata["Author"] == "example")

	body := make([]byte, 20_000_000)
	must(rand.Read(body))
	must(client.PutObject(ctx, bucket, "large.bin", bytes.NewReader(body), int64(len(body)),
		minio.PutObjectOptions{PartSize: 8 << 20})) // in parts
	check(bytes.Equal(read(client, bucket, "large.bin"), body))

	link := must(client.PresignedGetObject(ctx, bucket, "note.txt", 5*time.Minute, nil))
	answer := must(http.Get(link.String()))
	check(string(must(io.ReadAll(answer.Body))) == "a note")

	for item := range client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true}) {
		works(item.Err)
		fmt.Printf("%10d %s\n", item.Size, item.Key)
		works(client.RemoveObject(ctx, bucket, item.Key, minio.RemoveObjectOptions{}))
	}
	works(client.RemoveBucket(ctx, bucket))
	fmt.Println("minio-go: the bytes are the same")
}

func read(client *minio.Client, bucket, key string) []byte {
	return must(io.ReadAll(must(client.GetObject(ctx, bucket, key, minio.GetObjectOptions{}))))
}

func must[T any](value T, err error) T {
	works(err)
	return value
}

func works(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func check(fact bool) {
	if !fact {
		log.Fatal("something else came back")
	}
}
