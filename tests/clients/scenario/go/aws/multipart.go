// Uploads in parts, by the SDK's manager and by hand.
package main

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"

	. "scenario/report"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func init() {
	Step("stream of unknown length", unknownLength)
	Step("20 MiB by upload manager", byManager)
	Step("multipart by hand", byHand)
	Step("list parts and uploads", listAndAbort)
	Step("copy a part", copyPart)
	Step("object attributes", attributes)
}

func managed(key string, body io.Reader) *manager.UploadOutput {
	uploader := manager.NewUploader(client, func(u *manager.Uploader) { u.PartSize = Part })
	return Must(uploader.Upload(ctx, &s3.PutObjectInput{Bucket: here, Key: &key, Body: body}))
}

func unknownLength() {
	body := Random(2*Part + 12345)
	managed("streamed", Stream(body))
	Same(MD5(get("streamed")), MD5(body), "MD5 of the bytes")
}

func byManager() {
	body := Random(20 << 20)
	done := managed("managed", bytes.NewReader(body))
	Same(strings.HasSuffix(*done.ETag, `-4"`), true, "ETag "+*done.ETag+" ends in -4")
	back := manager.NewWriteAtBuffer(nil)
	downloader := manager.NewDownloader(client, func(d *manager.Downloader) { d.PartSize = Part })
	Must(downloader.Download(ctx, back, &s3.GetObjectInput{Bucket: here, Key: aws.String("managed")}))
	Same(MD5(back.Bytes()), MD5(body), "MD5 of the bytes")
}

// inParts creates an upload with SHA256, sends the parts and completes it.
func inParts(key string, bodies [][]byte) *s3.CompleteMultipartUploadOutput {
	upload := Must(client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: here, Key: &key, ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	}))
	parts := []types.CompletedPart{}
	for index, body := range bodies {
		number := aws.Int32(int32(index + 1))
		sent := Must(client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: here, Key: &key, UploadId: upload.UploadId, PartNumber: number,
			Body: bytes.NewReader(body), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		}))
		Same(*sent.ChecksumSHA256, encoded(sha256.New(), body), "checksum of a part")
		parts = append(parts, types.CompletedPart{
			PartNumber: number, ETag: sent.ETag, ChecksumSHA256: sent.ChecksumSHA256,
		})
	}
	return Must(client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: here, Key: &key, UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}))
}

func byHand() {
	bodies := [][]byte{Random(Part), Random(Part), []byte("the last part")}
	done := inParts("by hand", bodies)
	Same(strings.HasSuffix(*done.ETag, `-3"`), true, "ETag "+*done.ETag+" ends in -3")
	digests := []byte{}
	for _, body := range bodies {
		digest := sha256.Sum256(body)
		digests = append(digests, digest[:]...)
	}
	Same(*done.ChecksumSHA256, encoded(sha256.New(), digests)+"-3", "checksum")
	Same(done.ChecksumType, types.ChecksumTypeComposite, "type")
	Same(MD5(get("by hand")), MD5(bytes.Join(bodies, nil)), "MD5 of the bytes")
	second := get("by hand", func(in *s3.GetObjectInput) { in.PartNumber = aws.Int32(2) })
	Same(MD5(second), MD5(bodies[1]), "MD5 of part 2")
}

func listAndAbort() {
	key := aws.String("aborted")
	id := Must(client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: here, Key: key,
	})).UploadId
	for number := int32(1); number <= 3; number++ {
		Must(client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: here, Key: key, UploadId: id, PartNumber: &number,
			Body: bytes.NewReader(make([]byte, number)),
		}))
	}
	list := &s3.ListPartsInput{Bucket: here, Key: key, UploadId: id, MaxParts: aws.Int32(2)}
	sizes := []int64{}
	for pages := s3.NewListPartsPaginator(client, list); pages.HasMorePages(); {
		for _, part := range Must(pages.NextPage(ctx)).Parts {
			sizes = append(sizes, int64(*part.PartNumber), *part.Size)
		}
	}
	Same(sizes, []int64{1, 1, 2, 2, 3, 3}, "numbers and sizes")
	uploads := Must(client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{
		Bucket: here, Prefix: key,
	})).Uploads
	Same(len(uploads), 1, "uploads")
	Same(*uploads[0].UploadId, *id, "upload")
	Must(client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
		Bucket: here, Key: key, UploadId: id,
	}))
	left := Must(client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: here}))
	Same(len(left.Uploads), 0, "uploads afterwards")
	fails(client.ListParts(ctx, list))("NoSuchUpload", 404)
}

func copyPart() {
	body, key := Random(Part+1000), aws.String("part copied")
	put("part source", body)
	id := Must(client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: here, Key: key,
	})).UploadId
	copied := Must(client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: here, Key: key, UploadId: id, PartNumber: aws.Int32(1),
		CopySource:      aws.String(bucket + "/part%20source"),
		CopySourceRange: aws.String("bytes=1000-5243879"),
	})).CopyPartResult
	sent := Must(client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: here, Key: key, UploadId: id, PartNumber: aws.Int32(2),
		Body: strings.NewReader("the end"),
	}))
	parts := []types.CompletedPart{
		{PartNumber: aws.Int32(1), ETag: copied.ETag, ChecksumCRC32: copied.ChecksumCRC32},
		{PartNumber: aws.Int32(2), ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32},
	}
	Must(client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: here, Key: key, UploadId: id,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}))
	wanted := append(bytes.Clone(body[1000:]), "the end"...)
	Same(MD5(get("part copied")), MD5(wanted), "MD5 of the bytes")
}

func attributes() {
	done := inParts("attributes", [][]byte{Random(Part), []byte("end")})
	found := Must(client.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{
		Bucket: here, Key: aws.String("attributes"),
		ObjectAttributes: types.ObjectAttributesEtag.Values(),
	}))
	Same(*found.ETag, strings.Trim(*done.ETag, `"`), "ETag")
	Same(*found.ObjectSize, int64(Part+3), "size")
	Same(found.StorageClass, types.StorageClassStandard, "storage class")
	Same(*found.Checksum.ChecksumSHA256, strings.Split(*done.ChecksumSHA256, "-")[0], "checksum")
	Same(*found.ObjectParts.TotalPartsCount, int32(2), "number of parts")
	sizes := []int64{}
	for _, part := range found.ObjectParts.Parts {
		sizes = append(sizes, *part.Size)
	}
	Same(sizes, []int64{Part, 3}, "sizes of parts")
}
