// The query protocol: who is let in, what is refused, and what goes on to S3.
#include "tests/unit/gateway/iam/iam_world.hpp"

namespace iam_test {

using namespace torhaus;
using test::answer;
using test::call;
using test::caller;
using test::iam_world;

TEST_CASE_METHOD(iam_world, "what there is none of is listed empty, to the root user") {
  const std::pair<const char*, const char*> lists[] = {
      {"ListRoles", "Roles"},
      {"ListGroups", "Groups"},
      {"ListAccountAliases", "AccountAliases"},
      {"ListInstanceProfiles", "InstanceProfiles"}};
  for (const auto& [action, element] : lists) {
    INFO(action);
    const answer a = iam(std::string("Action=") + action, agency_root);
    CHECK(a.status == 200);
    CHECK(a.header("Content-Type") == "text/xml");
    CHECK(a.body.find("xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"") != std::string::npos);
    CHECK(a.element(element).empty());
    CHECK(a.element("IsTruncated") == "false");
    CHECK(a.element("RequestId") == "0123456789ABCDEF");
    CHECK(seen.operation == std::string("iam:") + action);
    CHECK(outcome(iam(std::string("Action=") + action, owner)) == "403 AccessDenied");
  }
  CHECK(iam("Action=ListOpenIDConnectProviders", agency_root)
            .element("OpenIDConnectProviderList")
            .empty());
}

TEST_CASE_METHOD(iam_world, "GetCallerIdentity names the caller") {
  const std::string form = "Action=GetCallerIdentity&Version=2011-06-15";
  const answer a = ask(form, owner, "sts", "us-east-1");
  CHECK(a.status == 200);
  CHECK(a.element("Arn") == owner.arn);
  CHECK(a.element("Account") == owner.agency.account);
  CHECK(a.element("UserId").starts_with("AIDA"));
  CHECK(a.body.find("https://sts.amazonaws.com/doc/2011-06-15/") != std::string::npos);
  const answer root = ask(form, agency_root, "sts");
  CHECK(root.element("Arn") == agency_root.arn);
  CHECK(root.element("UserId") == owner.agency.account);
}

TEST_CASE_METHOD(iam_world, "GetCallerIdentity works as a presigned address") {
  call c{.query = "Action=GetCallerIdentity&Version=2011-06-15",
         .headers = {{"Host", "s3.example.org"}}};
  const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
  // STS signs the hash of the empty body, not UNSIGNED-PAYLOAD.
  c.query = auth::sigv4::presign_query(
      {.method = "GET", .raw_path = "/", .raw_query = c.query, .headers = host},
      {owner.access_key_id, owner.secret, "", "us-east-1", "sts"}, now(), std::chrono::seconds(60));
  CHECK(send(c).element("Arn") == owner.arn);
}

TEST_CASE_METHOD(iam_world, "a user sees itself, the agency's root sees all of its agency") {
  make_caller("bauamt", "jo", "AKIABAUAMT0000000002");
  CHECK(iam("Action=GetUser", owner).element("UserName") == "eva");
  CHECK(iam("Action=GetUser", owner).element("Arn") == owner.arn);
  CHECK(iam("Action=GetUser&UserName=eva", owner).status == 200);
  CHECK(outcome(iam("Action=GetUser&UserName=jo", owner)) == "403 AccessDenied");
  CHECK(outcome(iam("Action=GetUser&UserName=nobody", owner)) == "403 AccessDenied");
  CHECK(outcome(iam("Action=ListUsers", owner)) == "403 AccessDenied");
  CHECK(iam("Action=ListUsers", owner).element("Message").find(owner.arn) != std::string::npos);

  CHECK(iam("Action=GetUser", agency_root).element("Arn") == agency_root.arn);
  CHECK(iam("Action=GetUser", agency_root).element("UserName") == "(none)");
  CHECK(iam("Action=GetUser&UserName=jo", agency_root).element("UserName") == "jo");
  CHECK(outcome(iam("Action=GetUser&UserName=nobody", agency_root)) == "404 NoSuchEntity");
  // Of another agency: not there.
  CHECK(outcome(iam("Action=GetUser&UserName=max", agency_root)) == "404 NoSuchEntity");
  CHECK(iam("Action=ListUsers", agency_root).elements("UserName") ==
        std::vector<std::string>{"eva", "jo"});
}

TEST_CASE_METHOD(iam_world, "ListUsers is paged") {
  make_caller("bauamt", "jo", "AKIABAUAMT0000000002");
  const answer first = iam("Action=ListUsers&MaxItems=1", agency_root);
  CHECK(first.elements("UserName") == std::vector<std::string>{"eva"});
  CHECK(first.element("IsTruncated") == "true");
  std::string marker = first.element("Marker");
  const answer second = iam("Action=ListUsers&MaxItems=2&Marker=" + marker, agency_root);
  CHECK(second.elements("UserName") == std::vector<std::string>{"jo"});
  CHECK(second.element("IsTruncated") == "false");
  CHECK(iam("Action=ListUsers&PathPrefix=/other/", agency_root).elements("UserName").empty());
  for (const char* wrong : {"0", "1001", "x", "-1"}) {
    INFO(wrong);
    CHECK(outcome(iam(std::string("Action=ListUsers&MaxItems=") + wrong, agency_root)) ==
          "400 ValidationError");
  }
}

TEST_CASE_METHOD(iam_world, "keys are listed without their secrets") {
  const answer a = iam("Action=ListAccessKeys", owner);
  CHECK(a.element("AccessKeyId") == owner.access_key_id);
  CHECK(a.element("Status") == "Active");
  CHECK(a.body.find(owner.secret) == std::string::npos);
  CHECK(iam("Action=ListAccessKeys&UserName=eva", agency_root).element("UserName") == "eva");
  CHECK(outcome(iam("Action=ListAccessKeys&UserName=leitung", owner)) == "403 AccessDenied");
}

TEST_CASE_METHOD(iam_world, "what cannot be done is refused in IAM's words, never with a 5xx") {
  const answer a = iam("Action=CreateVirtualMFADevice", owner);
  CHECK(outcome(a) == "400 InvalidAction");
  CHECK(a.element("Message") ==
        "Could not find operation CreateVirtualMFADevice for version 2010-05-08");
  CHECK(a.element("Type") == "Sender");
  CHECK(a.body.find("<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">") !=
        std::string::npos);
  CHECK(outcome(ask("Action=ListRoles", owner)) == "400 InvalidAction");
  CHECK(outcome(ask("", owner)) == "400 InvalidAction");
  CHECK(outcome(ask("Action=ListRoles&Version=2011-06-15", owner, "sts")) == "400 InvalidAction");
  CHECK(outcome(ask("Action=ListRoles&Version=2010-05-08", owner, "sts")) ==
        "403 SignatureDoesNotMatch");
  CHECK(outcome(iam("Action=ListRoles&Action=GetUser", owner)) == "400 ValidationError");
  CHECK(outcome(iam("Action=%zz", owner)) == "400 ValidationError");
  CHECK(outcome(ask(std::string(300'000, 'a'), owner)) == "400 MaxMessageLengthExceeded");
}

TEST_CASE_METHOD(iam_world, "who is not known is refused in IAM's words") {
  CHECK(outcome(send({.method = "POST", .body = "Action=ListRoles&Version=2010-05-08"})) ==
        "403 MissingAuthenticationToken");
  caller wrong = owner;
  wrong.secret += "x";
  const answer a = iam("Action=ListRoles", wrong);
  CHECK(outcome(a) == "403 SignatureDoesNotMatch");
  CHECK(a.element("StringToSign") == "(none)");
  wrong.access_key_id = "AKIAUNKNOWN000000001";
  CHECK(outcome(iam("Action=ListRoles", wrong)) == "403 InvalidClientTokenId");
  CHECK(outcome(ask("Action=ListRoles&Version=2010-05-08", owner, "s3")) ==
        "400 IncompleteSignature");
}

TEST_CASE_METHOD(iam_world, "a body that was not signed is refused") {
  const std::string signed_form = "Action=ListRoles&Version=2010-05-08";
  call c{.method = "POST", .headers = {{"Host", "s3.example.org"}}, .body = signed_form};
  const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
  for (const std::string& hash : {sha256_hex(signed_form), std::string("UNSIGNED-PAYLOAD")}) {
    INFO(hash);
    call sent = c;
    const auto added = auth::sigv4::sign_headers(
        {.method = "POST", .raw_path = "/", .raw_query = {}, .headers = host}, hash,
        {owner.access_key_id, owner.secret, "", "", "iam"}, now());
    sent.headers.insert(sent.headers.end(), added.begin(), added.end());
    sent.body = "Action=ListUsers&Version=2010-05-08";
    CHECK(outcome(send(sent)) == "403 SignatureDoesNotMatch");
  }
}

TEST_CASE_METHOD(iam_world, "everything else goes to S3") {
  make_bucket("bauamt");
  CHECK(get("/").element("Name") == "bauamt");
  CHECK(put("/bauamt/key", "hello").status == 200);
  // In virtual-host style POST / is a form upload into that bucket.
  const answer a = send({.method = "POST", .host = "bauamt.s3.example.org"}, owner);
  CHECK(seen.operation == "PostObject");
  CHECK(a.status >= 400);
  // A website is no place for IAM, and says itself what it does not do.
  const answer posted = send({.method = "POST", .host = "bauamt.web.example.org"});
  CHECK(posted.status == 405);
  CHECK(posted.body.find("<li>Code: MethodNotAllowed</li>") != std::string::npos);
  CHECK(send({.query = "Action=ListUsers", .host = "bauamt.web.example.org"}).status == 404);
  // A signature for IAM opens no S3 operation.
  call c{.headers = {{"Host", "s3.example.org"}}};
  const std::vector<auth::sigv4::header_view> host = {{"Host", "s3.example.org"}};
  const auto added = auth::sigv4::sign_headers(
      {.method = "GET", .raw_path = "/", .raw_query = {}, .headers = host}, sha256_hex(""),
      {owner.access_key_id, owner.secret, "", region, "iam"}, now());
  c.headers.insert(c.headers.end(), added.begin(), added.end());
  CHECK(send(c).outcome() == "400 InvalidRequest");
}

}  // namespace iam_test
