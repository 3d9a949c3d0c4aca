// Buckets, their settings, their listings, their errors.
package main

import (
	"encoding/json"
	"fmt"
	"time"

	. "scenario/report"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/cors"
	"github.com/minio/minio-go/v7/pkg/lifecycle"
	"github.com/minio/minio-go/v7/pkg/tags"
)

func init() {
	Step("create bucket", createBucket)
	Step("head bucket", headBucket)
	Step("list buckets", listBuckets)
	Step("list v1", listV1)
	Step("list v2", listV2)
	Step("bucket tags", bucketTags)
	Step("CORS", corsRules)
	Step("lifecycle", lifecycleRules)
	Step("bucket policy", policy)
	Step("errors", typedErrors)
	Step("delete bucket", deleteBucket)
}

func createBucket() {
	options := minio.MakeBucketOptions{Region: region}
	Works(client.MakeBucket(ctx, bucket, options))
	refused(client.MakeBucket(ctx, bucket, options), "BucketAlreadyOwnedByYou", 409)
}

func headBucket() {
	Same(Must(client.BucketExists(ctx, bucket)), true, "ours")
	Same(Must(client.BucketExists(ctx, absent)), false, "one that is not there")
	Same(Must(client.GetBucketLocation(ctx, bucket)), region, "region")
}

func listBuckets() {
	for _, found := range Must(client.ListBuckets(ctx)) {
		if found.Name == bucket {
			Same(time.Since(found.CreationDate).Abs() < 24*time.Hour, true, "created today")
			return
		}
	}
	Fail("%s is not listed", bucket)
}

var names = []string{"l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀"}

func fill() {
	for _, name := range names {
		put(name, []byte("x"), minio.PutObjectOptions{})
	}
}

func listV1() {
	fill()
	found, marker := []string{}, ""
	for more := true; more; marker = found[len(found)-1] {
		page := Must(core.ListObjects(bucket, "l/", marker, "", 2))
		found = append(found, keys(page.Contents)...)
		more = page.IsTruncated
	}
	Same(found, names, "keys")
	after := Must(core.ListObjects(bucket, "l/", "l/1", "/", 1000))
	Same(keys(after.Contents), []string{"l/2", "l/ö", "l/😀"}, "keys after the marker")
	Same(prefixes(after.CommonPrefixes), []string{"l/a/", "l/b/"}, "common prefixes")
}

func listV2() {
	fill()
	found, common, count, token := []string{}, []string{}, 0, ""
	for more := true; more; count++ {
		page := Must(core.ListObjectsV2(bucket, "l/", "", token, "/", 2))
		found = append(found, keys(page.Contents)...)
		common = append(common, prefixes(page.CommonPrefixes)...)
		token, more = page.NextContinuationToken, page.IsTruncated
	}
	Same(found, []string{"l/1", "l/2", "l/ö", "l/😀"}, "keys")
	Same(common, []string{"l/a/", "l/b/"}, "common prefixes")
	Same(count, 3, "pages")
	after := listed(bucket, minio.ListObjectsOptions{
		Prefix: "l/", Recursive: true, StartAfter: "l/a/4",
	})
	Same(keys(after), []string{"l/b/5", "l/ö", "l/😀"}, "keys after l/a/4")
}

func bucketTags() {
	_, err := client.GetBucketTagging(ctx, bucket)
	refused(err, "NoSuchTagSet", 404)
	// minio-go itself takes ASCII only.
	wanted := map[string]string{"team": "Strasse and co", "empty": ""}
	Works(client.SetBucketTagging(ctx, bucket, Must(tags.NewTags(wanted, false))))
	Same(Must(client.GetBucketTagging(ctx, bucket)).ToMap(), wanted, "tags")
	Works(client.RemoveBucketTagging(ctx, bucket))
	_, err = client.GetBucketTagging(ctx, bucket)
	refused(err, "NoSuchTagSet", 404)
}

// minio-go tells of no rules by a nil.
func corsRules() {
	Same(Must(client.GetBucketCors(ctx, bucket)) == nil, true, "none")
	rules := []cors.Rule{{
		AllowedOrigin: []string{"https://www.example.org"},
		AllowedMethod: []string{"GET", "PUT"},
		AllowedHeader: []string{"*"},
		ExposeHeader:  []string{"ETag"},
		MaxAgeSeconds: 600,
	}}
	Works(client.SetBucketCors(ctx, bucket, cors.NewConfig(rules)))
	Same(Must(client.GetBucketCors(ctx, bucket)).CORSRules, rules, "rules")
	Works(client.SetBucketCors(ctx, bucket, nil))
	Same(Must(client.GetBucketCors(ctx, bucket)) == nil, true, "none afterwards")
}

func lifecycleRules() {
	_, err := client.GetBucketLifecycle(ctx, bucket)
	refused(err, "NoSuchLifecycleConfiguration", 404)
	wanted := lifecycle.NewConfiguration()
	wanted.Rules = []lifecycle.Rule{{
		ID:         "old logs",
		Status:     "Enabled",
		RuleFilter: lifecycle.Filter{Prefix: "logs/"},
		Expiration: lifecycle.Expiration{Days: 30},
		AbortIncompleteMultipartUpload: lifecycle.AbortIncompleteMultipartUpload{
			DaysAfterInitiation: 3,
		},
	}}
	Works(client.SetBucketLifecycle(ctx, bucket, wanted))
	found := Must(client.GetBucketLifecycle(ctx, bucket)).Rules
	Same(len(found), 1, "rules")
	Same(found[0].ID+found[0].Status+found[0].RuleFilter.Prefix, "old logsEnabledlogs/", "rule")
	Same(int(found[0].Expiration.Days), 30, "days")
	Same(int(found[0].AbortIncompleteMultipartUpload.DaysAfterInitiation), 3, "days of uploads")
	Works(client.SetBucketLifecycle(ctx, bucket, lifecycle.NewConfiguration())) // removes it
	_, err = client.GetBucketLifecycle(ctx, bucket)
	refused(err, "NoSuchLifecycleConfiguration", 404)
}

// minio-go tells of no policy by an empty text.
func policy() {
	Same(Must(client.GetBucketPolicy(ctx, bucket)), "", "none")
	document := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Sid": "NoDeletion",
		"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject",
		"Resource": "arn:aws:s3:::%s/kept/*"}]}`, bucket)
	Works(client.SetBucketPolicy(ctx, bucket, document))
	var wanted, found any
	Works(json.Unmarshal([]byte(document), &wanted))
	Works(json.Unmarshal([]byte(Must(client.GetBucketPolicy(ctx, bucket))), &found))
	Same(found, wanted, "policy")
	Works(client.SetBucketPolicy(ctx, bucket, ""))
	Same(Must(client.GetBucketPolicy(ctx, bucket)), "", "none afterwards")
}

func typedErrors() {
	_, err := tryGet("absent", minio.GetObjectOptions{})
	refused(err, minio.NoSuchKey, 404)
	_, err = core.ListObjectsV2(absent, "", "", "", "", 1000)
	refused(err, minio.NoSuchBucket, 404)
	_, err = newCore("not the secret").ListObjectsV2(bucket, "", "", "", "", 1000)
	refused(err, "SignatureDoesNotMatch", 403)
}

func deleteBucket() {
	put("last one", nil, minio.PutObjectOptions{})
	refused(client.RemoveBucket(ctx, bucket), "BucketNotEmpty", 409)
	for _, object := range listed(bucket, minio.ListObjectsOptions{Recursive: true}) {
		Works(client.RemoveObject(ctx, bucket, object.Key, minio.RemoveObjectOptions{}))
	}
	Works(client.RemoveBucket(ctx, bucket))
	Same(Must(client.BucketExists(ctx, bucket)), false, "it is there")
}
