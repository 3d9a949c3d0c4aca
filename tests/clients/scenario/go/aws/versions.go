// Versions, delete markers, locks: in buckets of their own, which the steps take away again.
package main

import (
	"strings"
	"time"

	. "scenario/report"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func init() {
	Step("versions", versions)
	Step("delete marker", deleteMarker)
	Step("object lock", objectLock)
}

// One key in a bucket with versions.
type versioned struct{ bucket, key *string }

func newVersioned(name string) versioned {
	v := versioned{aws.String(bucket + "-" + name), aws.String("note")}
	Must(create(*v.bucket))
	Must(client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: v.bucket,
		VersioningConfiguration: &types.VersioningConfiguration{
			Status: types.BucketVersioningStatusEnabled,
		},
	}))
	found := Must(client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: v.bucket}))
	Same(found.Status, types.BucketVersioningStatusEnabled, "versioning")
	return v
}

func (v versioned) put(body string) *string {
	return Must(client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: v.bucket, Key: v.key, Body: strings.NewReader(body),
	})).VersionId
}

func (v versioned) get(id *string) (*s3.GetObjectOutput, error) {
	return client.GetObject(ctx, &s3.GetObjectInput{Bucket: v.bucket, Key: v.key, VersionId: id})
}

func (v versioned) text(id *string) string { return string(Read(Must(v.get(id)).Body)) }

func (v versioned) remove(id *string) *s3.DeleteObjectOutput {
	input := &s3.DeleteObjectInput{Bucket: v.bucket, Key: v.key, VersionId: id}
	return Must(client.DeleteObject(ctx, input))
}

func (v versioned) list() *s3.ListObjectVersionsOutput {
	return Must(client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: v.bucket}))
}

func (v versioned) removeBucket() {
	Must(client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: v.bucket}))
}

func versions() {
	v := newVersioned("versions")
	first, second := v.put("first"), v.put("second")
	found := v.list().Versions
	Same(len(found), 2, "versions")
	Same([]string{*found[0].VersionId, *found[1].VersionId}, []string{*second, *first}, "ids")
	Same([]bool{*found[0].IsLatest, *found[1].IsLatest}, []bool{true, false}, "latest")
	Same(v.text(nil), "second", "the latest")
	Same(v.text(first), "first", "the old one")
	v.remove(first)
	v.remove(second)
	v.removeBucket()
}

func deleteMarker() {
	v := newVersioned("markers")
	kept := v.put("kept")
	marker := v.remove(nil)
	Same(*marker.DeleteMarker, true, "a marker")
	_, err := v.get(nil)
	Is[*types.NoSuchKey](err)
	found := v.list().DeleteMarkers
	Same(len(found), 1, "markers")
	Same(*found[0].VersionId, *marker.VersionId, "marker")
	v.remove(marker.VersionId)
	Same(v.text(nil), "kept", "bytes")
	v.remove(kept)
	Same(len(v.list().Versions), 0, "versions left")
	v.removeBucket()
}

func objectLock() {
	v := versioned{aws.String(bucket + "-locked"), aws.String("record")}
	Must(create(*v.bucket, func(in *s3.CreateBucketInput) {
		in.ObjectLockEnabledForBucket = aws.Bool(true)
	}))
	lock := Must(client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{
		Bucket: v.bucket,
	})).ObjectLockConfiguration
	Same(lock.ObjectLockEnabled, types.ObjectLockEnabledEnabled, "lock")
	id := v.put("to be kept")
	until := time.Now().UTC().Truncate(time.Second).Add(time.Hour)
	Must(client.PutObjectRetention(ctx, &s3.PutObjectRetentionInput{
		Bucket: v.bucket, Key: v.key, VersionId: id,
		Retention: &types.ObjectLockRetention{
			Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &until,
		},
	}))
	found := Must(client.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{
		Bucket: v.bucket, Key: v.key, VersionId: id,
	})).Retention
	Same(found.Mode, types.ObjectLockRetentionModeGovernance, "mode")
	Same(found.RetainUntilDate.Equal(until), true, "date")
	input := &s3.DeleteObjectInput{Bucket: v.bucket, Key: v.key, VersionId: id}
	fails(client.DeleteObject(ctx, input))("AccessDenied", 403)
	input.BypassGovernanceRetention = aws.Bool(true)
	Must(client.DeleteObject(ctx, input))
	v.removeBucket()
}
