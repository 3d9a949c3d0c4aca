// Buckets, their settings, their listings, their errors.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"

	. "scenario/report"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func init() {
	Step("create bucket", createBucket)
	Step("head bucket", headBucket)
	Step("list buckets", listBuckets)
	Step("list v1", listV1)
	Step("list v2", listV2)
	Step("bucket tags", bucketTags)
	Step("CORS", cors)
	Step("lifecycle", lifecycle)
	Step("bucket policy", policy)
	Step("errors", typedErrors)
	Step("delete bucket", deleteBucket)
}

func createBucket() {
	Same(*Must(create(bucket)).Location, "/"+bucket, "Location")
	_, err := create(bucket)
	Is[*types.BucketAlreadyOwnedByYou](err)
}

func headBucket() {
	found := Must(client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: here}))
	Same(*found.BucketRegion, region, "region")
	_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: absent})
	Is[*types.NotFound](err)
}

func listBuckets() {
	for _, found := range Must(client.ListBuckets(ctx, &s3.ListBucketsInput{})).Buckets {
		if *found.Name == bucket {
			Same(time.Since(*found.CreationDate).Abs() < 24*time.Hour, true, "created today")
			return
		}
	}
	Fail("%s is not listed", bucket)
}

var names = []string{"l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀"}

func fill() {
	for _, name := range names {
		put(name, []byte("x"))
	}
}

func listV1() {
	fill()
	found := []string{}
	input := &s3.ListObjectsInput{Bucket: here, Prefix: aws.String("l/"), MaxKeys: aws.Int32(2)}
	for more := true; more; {
		page := Must(client.ListObjects(ctx, input))
		found = append(found, keys(page.Contents)...)
		input.Marker = &found[len(found)-1]
		more = *page.IsTruncated
	}
	Same(found, names, "keys")
	after := Must(client.ListObjects(ctx, &s3.ListObjectsInput{
		Bucket: here, Prefix: aws.String("l/"), Delimiter: aws.String("/"), Marker: aws.String("l/1"),
	}))
	Same(keys(after.Contents), []string{"l/2", "l/ö", "l/😀"}, "keys after the marker")
	Same(prefixes(after.CommonPrefixes), []string{"l/a/", "l/b/"}, "common prefixes")
}

func listV2() {
	fill()
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
		Bucket: here, Prefix: aws.String("l/"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(2),
	})
	found, common, count := []string{}, []string{}, 0
	for ; pages.HasMorePages(); count++ {
		page := Must(pages.NextPage(ctx))
		found = append(found, keys(page.Contents)...)
		common = append(common, prefixes(page.CommonPrefixes)...)
	}
	Same(found, []string{"l/1", "l/2", "l/ö", "l/😀"}, "keys")
	Same(common, []string{"l/a/", "l/b/"}, "common prefixes")
	Same(count, 3, "pages")
	after := Must(client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: here, Prefix: aws.String("l/"), StartAfter: aws.String("l/a/4"),
	}))
	Same(keys(after.Contents), []string{"l/b/5", "l/ö", "l/😀"}, "keys after l/a/4")
	Same(*after.KeyCount, int32(3), "count")
}

func bucketTags() {
	get := &s3.GetBucketTaggingInput{Bucket: here}
	fails(client.GetBucketTagging(ctx, get))("NoSuchTagSet", 404)
	tags := []types.Tag{
		{Key: aws.String("empty"), Value: aws.String("")},
		{Key: aws.String("team"), Value: aws.String("Straße + co")},
	}
	Must(client.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{
		Bucket: here, Tagging: &types.Tagging{TagSet: tags},
	}))
	found := Must(client.GetBucketTagging(ctx, get)).TagSet
	sort.Slice(found, func(i, j int) bool { return *found[i].Key < *found[j].Key })
	Same(found, tags, "tags")
	Must(client.DeleteBucketTagging(ctx, &s3.DeleteBucketTaggingInput{Bucket: here}))
	fails(client.GetBucketTagging(ctx, get))("NoSuchTagSet", 404)
}

func cors() {
	get := &s3.GetBucketCorsInput{Bucket: here}
	fails(client.GetBucketCors(ctx, get))("NoSuchCORSConfiguration", 404)
	rules := []types.CORSRule{{
		AllowedOrigins: []string{"https://www.example.org"},
		AllowedMethods: []string{"GET", "PUT"},
		AllowedHeaders: []string{"*"},
		ExposeHeaders:  []string{"ETag"},
		MaxAgeSeconds:  aws.Int32(600),
	}}
	Must(client.PutBucketCors(ctx, &s3.PutBucketCorsInput{
		Bucket: here, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules},
	}))
	Same(Must(client.GetBucketCors(ctx, get)).CORSRules, rules, "rules")
	Must(client.DeleteBucketCors(ctx, &s3.DeleteBucketCorsInput{Bucket: here}))
	fails(client.GetBucketCors(ctx, get))("NoSuchCORSConfiguration", 404)
}

func lifecycle() {
	get := &s3.GetBucketLifecycleConfigurationInput{Bucket: here}
	fails(client.GetBucketLifecycleConfiguration(ctx, get))("NoSuchLifecycleConfiguration", 404)
	rules := []types.LifecycleRule{{
		ID:         aws.String("old logs"),
		Status:     types.ExpirationStatusEnabled,
		Filter:     &types.LifecycleRuleFilter{Prefix: aws.String("logs/")},
		Expiration: &types.LifecycleExpiration{Days: aws.Int32(30)},
		AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{
			DaysAfterInitiation: aws.Int32(3),
		},
	}}
	Must(client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: here, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
	}))
	Same(Must(client.GetBucketLifecycleConfiguration(ctx, get)).Rules, rules, "rules")
	Must(client.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: here}))
	fails(client.GetBucketLifecycleConfiguration(ctx, get))("NoSuchLifecycleConfiguration", 404)
}

func policy() {
	get := &s3.GetBucketPolicyInput{Bucket: here}
	fails(client.GetBucketPolicy(ctx, get))("NoSuchBucketPolicy", 404)
	document := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Sid": "NoDeletion",
		"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject",
		"Resource": "arn:aws:s3:::%s/kept/*"}]}`, bucket)
	Must(client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: here, Policy: &document}))
	var wanted, found any
	Works(json.Unmarshal([]byte(document), &wanted))
	Works(json.Unmarshal([]byte(*Must(client.GetBucketPolicy(ctx, get)).Policy), &found))
	Same(found, wanted, "policy")
	Must(client.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: here}))
	fails(client.GetBucketPolicy(ctx, get))("NoSuchBucketPolicy", 404)
}

func typedErrors() {
	_, err := tryGet("absent")
	Is[*types.NoSuchKey](err)
	_, err = client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: absent})
	Is[*types.NoSuchBucket](err)
	stranger := newClient(func(o *s3.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), "not the secret", "")
	})
	list := &s3.ListObjectsV2Input{Bucket: here}
	fails(stranger.ListObjectsV2(ctx, list))("SignatureDoesNotMatch", 403)
}

func deleteBucket() {
	put("last one", nil)
	fails(client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: here}))("BucketNotEmpty", 409)
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: here})
	for pages.HasMorePages() {
		for _, key := range keys(Must(pages.NextPage(ctx)).Contents) {
			Must(client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: here, Key: &key}))
		}
	}
	Must(client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: here}))
	_, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: here})
	Is[*types.NotFound](err)
}
