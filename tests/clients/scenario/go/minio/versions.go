// Versions, delete markers, locks: in buckets of their own, which the steps take away again.
package main

import (
	"strings"
	"time"

	. "scenario/report"

	"github.com/minio/minio-go/v7"
)

func init() {
	Step("versions", versions)
	Step("delete marker", deleteMarker)
	Step("object lock", objectLock)
}

const note = "note"

func newVersioned(name string, lock bool) string {
	options := minio.MakeBucketOptions{Region: region, ObjectLocking: lock}
	Works(client.MakeBucket(ctx, bucket+"-"+name, options))
	return bucket + "-" + name
}

func enable(bucket string) {
	Works(client.EnableVersioning(ctx, bucket))
	Same(Must(client.GetBucketVersioning(ctx, bucket)).Status, "Enabled", "versioning")
}

func putVersion(bucket, body string) string {
	reader := strings.NewReader(body)
	return Must(client.PutObject(ctx, bucket, note, reader, int64(len(body)), plainly)).VersionID
}

func text(bucket, id string) string {
	body, _, _, err := core.GetObject(ctx, bucket, note, minio.GetObjectOptions{VersionID: id})
	Works(err)
	return string(Read(body))
}

func removeVersion(bucket, id string) {
	Works(client.RemoveObject(ctx, bucket, note, minio.RemoveObjectOptions{VersionID: id}))
}

func listedVersions(bucket string) []minio.ObjectInfo {
	return listed(bucket, minio.ListObjectsOptions{WithVersions: true, Recursive: true})
}

func versions() {
	bucket := newVersioned("versions", false)
	enable(bucket)
	first, second := putVersion(bucket, "first"), putVersion(bucket, "second")
	found := listedVersions(bucket)
	Same(len(found), 2, "versions")
	Same([]string{found[0].VersionID, found[1].VersionID}, []string{second, first}, "ids")
	Same([]bool{found[0].IsLatest, found[1].IsLatest}, []bool{true, false}, "latest")
	Same(text(bucket, ""), "second", "the latest")
	Same(text(bucket, first), "first", "the old one")
	removeVersion(bucket, first)
	removeVersion(bucket, second)
	Works(client.RemoveBucket(ctx, bucket))
}

func deleteMarker() {
	bucket := newVersioned("markers", false)
	enable(bucket)
	kept := putVersion(bucket, "kept")
	removeVersion(bucket, "")
	_, _, _, err := core.GetObject(ctx, bucket, note, whole)
	refused(err, minio.NoSuchKey, 404)
	found := listedVersions(bucket)
	Same(len(found), 2, "versions and markers")
	Same(found[0].IsDeleteMarker, true, "a marker")
	removeVersion(bucket, found[0].VersionID)
	Same(text(bucket, ""), "kept", "bytes")
	removeVersion(bucket, kept)
	Same(len(listedVersions(bucket)), 0, "versions left")
	Works(client.RemoveBucket(ctx, bucket))
}

func objectLock() {
	bucket := newVersioned("locked", true)
	lock, _, _, _, err := client.GetObjectLockConfig(ctx, bucket)
	Works(err)
	Same(lock, "Enabled", "lock")
	id := putVersion(bucket, "to be kept")
	mode, until := minio.Governance, time.Now().UTC().Truncate(time.Second).Add(time.Hour)
	Works(client.PutObjectRetention(ctx, bucket, note, minio.PutObjectRetentionOptions{
		Mode: &mode, RetainUntilDate: &until, VersionID: id,
	}))
	foundMode, foundUntil, err := client.GetObjectRetention(ctx, bucket, note, id)
	Works(err)
	Same(*foundMode, mode, "mode")
	Same(foundUntil.Equal(until), true, "date")
	remove := minio.RemoveObjectOptions{VersionID: id}
	refused(client.RemoveObject(ctx, bucket, note, remove), "AccessDenied", 403)
	remove.GovernanceBypass = true
	Works(client.RemoveObject(ctx, bucket, note, remove))
	Works(client.RemoveBucket(ctx, bucket))
}
