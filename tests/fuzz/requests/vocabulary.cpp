#include "tests/fuzz/requests/vocabulary.hpp"

#include <array>
#include <vector>

namespace torhaus::fuzz {
namespace {

constexpr std::array parameter_words = {
    word{"versionId", "$VERSION"},
    word{"versionId", "null"},
    word{"versionId", "nonsense"},
    word{"uploadId", "$UPLOAD"},
    word{"partNumber", "1"},
    word{"partNumber", "2"},
    word{"partNumber", "10001"},
    word{"list-type", "2"},
    word{"prefix", "a"},
    word{"prefix", ""},
    word{"delimiter", "/"},
    word{"delimiter", "%00"},
    word{"marker", "a"},
    word{"key-marker", "a"},
    word{"version-id-marker", "$VERSION"},
    word{"upload-id-marker", "$UPLOAD"},
    word{"continuation-token", "$TOKEN"},
    word{"start-after", "a/b"},
    word{"max-keys", "1"},
    word{"max-keys", "0"},
    word{"max-keys", "-1"},
    word{"max-keys", "99999999999999999999"},
    word{"max-uploads", "1"},
    word{"max-parts", "1"},
    word{"part-number-marker", "1"},
    word{"encoding-type", "url"},
    word{"fetch-owner", "true"},
    word{"response-content-type", "text/html"},
    word{"response-content-disposition", "attachment; filename=\"a\xC3\xA4\""},
    word{"response-expires", "soon"},
    word{"x-id", "PutObject"},
    word{"id", "1"},
    word{"acl", ""},
    word{"tagging", ""},
    word{"uploads", ""},
    word{"delete", ""},
    word{"versions", ""},
    word{"policy", ""},
    word{"lifecycle", ""},
    word{"attributes", ""},
    word{"legal-hold", ""},
    word{"retention", ""},
    word{"select-type", "2"},
    word{"max-buckets", "1"},
    word{"bucket-region", "de-test-1"},
};

constexpr std::array header_words = {
    word{"x-amz-copy-source", "/$BUCKET/a"},
    word{"x-amz-copy-source", "$BUCKET/b?versionId=$VERSION"},
    word{"x-amz-copy-source-range", "bytes=0-1"},
    word{"x-amz-copy-source-if-match", "$ETAG"},
    word{"x-amz-copy-source-if-none-match", "$ETAG"},
    word{"x-amz-copy-source-if-unmodified-since", "Wed, 21 Oct 2026 07:28:00 GMT"},
    word{"x-amz-metadata-directive", "REPLACE"},
    word{"x-amz-tagging-directive", "REPLACE"},
    word{"x-amz-tagging", "a=1&b=2"},
    word{"x-amz-tagging", "a=1&a=2"},
    word{"x-amz-meta-a", "1"},
    word{"x-amz-meta-umlaut", "=?UTF-8?B?w6Q=?="},
    word{"x-amz-acl", "private"},
    word{"x-amz-acl", "public-read"},
    word{"x-amz-acl", "bucket-owner-full-control"},
    word{"x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""},
    word{"x-amz-grant-full-control", "id=\"x\""},
    word{"x-amz-object-ownership", "ObjectWriter"},
    word{"x-amz-object-ownership", "BucketOwnerPreferred"},
    word{"x-amz-storage-class", "STANDARD_IA"},
    word{"x-amz-storage-class", "NOTHING"},
    word{"x-amz-server-side-encryption", "AES256"},
    word{"x-amz-server-side-encryption", "aws:kms"},
    word{"x-amz-server-side-encryption-aws-kms-key-id", "alias/aws/s3"},
    word{"x-amz-server-side-encryption-bucket-key-enabled", "true"},
    word{"x-amz-server-side-encryption-customer-algorithm", "AES256"},
    word{"x-amz-server-side-encryption-customer-key",
         "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="},
    word{"x-amz-server-side-encryption-customer-key-md5", "rHUDvM2pt2zWXG3Z7NmpGQ=="},
    word{"x-amz-checksum-crc32", "AAAAAA=="},
    word{"x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
    word{"x-amz-checksum-algorithm", "CRC32C"},
    word{"x-amz-checksum-algorithm", "CRC64NVME"},
    word{"x-amz-checksum-type", "COMPOSITE"},
    word{"x-amz-checksum-type", "FULL_OBJECT"},
    word{"x-amz-checksum-mode", "ENABLED"},
    word{"x-amz-sdk-checksum-algorithm", "SHA1"},
    word{"x-amz-mp-object-size", "5"},
    word{"x-amz-trailer", "x-amz-checksum-crc32"},
    word{"x-amz-decoded-content-length", "5"},
    word{"content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="},
    word{"content-type", "text/plain"},
    word{"content-type", "multipart/form-data; boundary=b"},
    word{"content-encoding", "aws-chunked"},
    word{"content-encoding", "gzip"},
    word{"content-disposition", "attachment"},
    word{"cache-control", "no-store"},
    word{"expires", "Wed, 21 Oct 2026 07:28:00 GMT"},
};

constexpr std::array condition_words = {
    word{"if-match", "*"},
    word{"if-match", "$ETAG"},
    word{"if-none-match", "*"},
    word{"if-none-match", "$ETAG"},
    word{"if-modified-since", "Wed, 21 Oct 2026 07:28:00 GMT"},
    word{"if-unmodified-since", "Wed, 21 Oct 2026 07:28:00 GMT"},
    word{"range", "bytes=0-0"},
    word{"range", "bytes=-1"},
    word{"range", "bytes=5-2"},
    word{"range", "bytes=0-18446744073709551615"},
    word{"x-amz-object-lock-mode", "GOVERNANCE"},
    word{"x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"},
    word{"x-amz-object-lock-legal-hold", "ON"},
    word{"x-amz-bucket-object-lock-enabled", "true"},
    word{"x-amz-bypass-governance-retention", "true"},
    word{"x-amz-mfa", "123456 1"},
    word{"x-amz-expected-bucket-owner", "000000000000"},
    word{"x-amz-source-expected-bucket-owner", "000000000000"},
    word{"x-amz-request-payer", "requester"},
    word{"x-amz-website-redirect-location", "/b"},
    word{"x-amz-object-attributes", "ETag,ObjectParts,Checksum,ObjectSize,StorageClass"},
    word{"x-amz-max-parts", "1"},
    word{"x-amz-part-number-marker", "1"},
    word{"x-amz-rename-source", "/$BUCKET/a"},
    word{"x-amz-rename-source-if-match", "$ETAG"},
    word{"x-amz-client-token", "0f8fad5b-d9cb-469f-a165-70867728950e"},
    word{"x-amz-write-offset-bytes", "1"},
    word{"x-amz-if-match-size", "1"},
    word{"x-amz-if-match-last-modified-time", "Wed, 21 Oct 2026 07:28:00 GMT"},
    word{"x-amz-optional-object-attributes", "RestoreStatus"},
    word{"x-amz-confirm-remove-self-bucket-access", "true"},
    word{"x-amz-transition-default-minimum-object-size", "varies_by_storage_class"},
    word{"origin", "https://a.example.org"},
    word{"access-control-request-method", "PUT"},
    word{"access-control-request-headers", "x-amz-meta-a, content-type"},
    word{"expect", "100-continue"},
};

constexpr std::array document_words = {
    word{"versioning",
         "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
    word{"versioning",
         "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"},
    word{"acl",
         "<AccessControlPolicy><Owner><ID>x</ID></Owner><AccessControlList><Grant><Grantee "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>"
         "http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ"
         "</Permission></Grant></AccessControlList></AccessControlPolicy>"},
    word{"policy",
         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","
         "\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::$BUCKET\",\"arn:aws:s3:::$BUCKET/*\"],"
         "\"Condition\":{\"StringLike\":{\"s3:prefix\":\"a*\"}}}]}"},
    word{"policy",
         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":{\"AWS\":"
         "\"*\"},\"Action\":[\"s3:GetObject\",\"s3:PutObjectTagging\"],\"Resource\":"
         "\"arn:aws:s3:::$BUCKET/a*\",\"Condition\":{\"StringEquals\":{"
         "\"s3:RequestObjectTag/a\":\"1\"}}}]}"},
    word{"publicAccessBlock",
         "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls>"
         "<IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>"
         "<RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>"},
    word{"ownershipControls",
         "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"
         "</OwnershipControls>"},
    word{"cors",
         "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.org</AllowedOrigin>"
         "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>"
         "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds></CORSRule>"
         "</CORSConfiguration>"},
    word{"website",
         "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
         "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a/</KeyPrefixEquals></Condition>"
         "<Redirect><ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith></Redirect></RoutingRule>"
         "</RoutingRules></WebsiteConfiguration>"},
    word{"lifecycle",
         "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><And><Prefix>a"
         "</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Expiration><Days>1</Days>"
         "</Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
         "</NoncurrentVersionExpiration></Rule></LifecycleConfiguration>"},
    word{"encryption",
         "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
         "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
         "</ServerSideEncryptionConfiguration>"},
    word{"tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"},
    word{"logging",
         "<BucketLoggingStatus><LoggingEnabled><TargetBucket>$BUCKET</TargetBucket><TargetPrefix>"
         "log/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"},
    word{"notification",
         "<NotificationConfiguration><TopicConfiguration><Id>1</Id><Topic>"
         "arn:aws:sns:de-test-1:000000000000:hook</Topic><Event>s3:ObjectCreated:*</Event>"
         "</TopicConfiguration></NotificationConfiguration>"},
    word{"notification", "<NotificationConfiguration/>"},
    word{"requestPayment",
         "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"},
    word{"accelerate",
         "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>"},
    word{"abac", "<AbacStatus><Status>Enabled</Status></AbacStatus>"},
    word{"object-lock",
         "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
         "<DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>"
         "</ObjectLockConfiguration>"},
};

constexpr std::array object_document_words = {
    word{"retention",
         "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z"
         "</RetainUntilDate></Retention>"},
    word{"legal-hold", "<LegalHold><Status>ON</Status></LegalHold>"},
    word{"delete",
         "<Delete><Quiet>true</Quiet><Object><Key>a</Key><VersionId>$VERSION</VersionId></Object>"
         "<Object><Key>b</Key><ETag>$ETAG</ETag></Object></Delete>"},
    word{"delete", "<Delete><Object><Key>a&amp;b&#x1;</Key></Object></Delete>"},
    word{"uploadId",
         "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>$ETAG</ETag></Part>"
         "</CompleteMultipartUpload>"},
    word{"create",
         "<CreateBucketConfiguration><LocationConstraint>de-test-1</LocationConstraint>"
         "</CreateBucketConfiguration>"},
    word{"form",
         "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n--b\r\n"
         "Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbytes\r\n--b--\r\n"},
};

constexpr std::array key_words = {
    std::string_view("a"),       std::string_view("b"),          std::string_view("a/b"),
    std::string_view("a//"),     std::string_view("/a"),         std::string_view("../a"),
    std::string_view("a b+c%"),  std::string_view("\xC3\xA4"),   std::string_view("\xFF", 1),
    std::string_view("a\0b", 3), std::string_view("index.html"), std::string_view("."),
};

template <class First, class Second>
auto joined(const First& first, const Second& second) {
  std::vector<word> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

}  // namespace

std::span<const word> parameters() { return parameter_words; }
std::span<const word> headers() {
  static const std::vector<word> all = joined(header_words, condition_words);
  return all;
}
std::span<const word> documents() {
  static const std::vector<word> all = joined(document_words, object_document_words);
  return all;
}
std::span<const std::string_view> keys() { return key_words; }

}  // namespace torhaus::fuzz
