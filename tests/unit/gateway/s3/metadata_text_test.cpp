// User metadata between headers and texts. What AWS answers was recorded by LocalStack's tests
// (test_user_metadata_rfc2047_encoded, test_post_object_with_unicode_metadata).
#include "gateway/s3/object/metadata_text.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/gateway/s3/gateway_world.hpp"

namespace metadata_text_test {

using torhaus::gateway::s3::metadata_header;
using torhaus::gateway::s3::metadata_text;
using namespace std::string_view_literals;

TEST_CASE("metadata: encoded words are decoded, everything else stands for itself") {
  CHECK(metadata_text("plain text, \ttabs") == "plain text, \ttabs");
  CHECK(metadata_text("=?UTF-8?B?YWJj?=") == "abc");
  CHECK(metadata_text("=?utf-8?q?actually-ascii?=") == "actually-ascii");
  CHECK(metadata_text("=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=") ==
        "\u00C4M\u00C4Z\u00D5\u00D1 S3");
  CHECK(metadata_text("=?ISO-8859-1?Q?M=FCller?=") == "M\u00FCller");
  // White space between two words belongs to neither, beside others it stays.
  CHECK(metadata_text("=?UTF-8?Q?a?= \t =?UTF-8?Q?b?= c =?UTF-8?Q?d?=") == "ab c d");
  CHECK(metadata_text("=?UTF-8?Q?a?= ") == "a ");
  CHECK(metadata_text("x=?UTF-8?Q?a?=y") == "xay");
  for (const std::string text :
       {"=?", "=?=", "=?UTF-8", "=?UTF-8?", "=?UTF-8?B", "=?UTF-8?B?",
        "=?UTF-8?B?=GGG?=", "=?UTF-8?X?abc?=", "=?KOI8-R?B?YWJj?=", "=?UTF-8?Q?=C3?=",
        "=?UTF-8?Q?=G0?=", "=?UTF-8?Q?a b?=", "=?UTF-8?Q?a=?", "= ?UTF-8?Q?a?="}) {
    CHECK(metadata_text(text) == text);
  }
}

TEST_CASE("metadata: raw bytes of a header are UTF-8, or else ISO-8859-1") {
  CHECK(metadata_text("M\u00FCller") == "M\u00FCller");
  CHECK(metadata_text("M\xFCller") == "M\u00FCller");
  CHECK(metadata_text("\xFC =?UTF-8?Q?=C3=BC?= \xFC") == "\u00FC \u00FC \u00FC");
}

TEST_CASE("metadata: what is not ASCII is encoded, as AWS does it") {
  CHECK(metadata_header("plain \t=?UTF-8?Q?text?=") == "plain \t=?UTF-8?Q?text?=");
  CHECK(metadata_header("\u00C4M\u00C4Z\u00D5\u00D1 S3") ==
        "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=");
  CHECK(metadata_header("test_\u2014_file%E2%80%94_\u00E9_2\U0001F451.pdf") ==
        "=?UTF-8?Q?test=5F=E2=80=94=5Ffile%E2%80%94=5F=C3=A9=5F2=F0=9F=91=91.pdf?=");
  CHECK(metadata_header("\0\1\2\3\4"sv) == "=?UTF-8?B?AAECAwQ=?=");
  CHECK(metadata_header("a\r\nX-Evil: 1") == "=?UTF-8?Q?a=0D=0AX-Evil:_1?=");
  const std::string strange = "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD";
  CHECK(metadata_header(strange) == "=?UTF-8?B?77+977+977+977+977+977+977+9?=");
}

TEST_CASE("metadata: every text comes back, in words of at most 75 characters of plain ASCII") {
  std::mt19937_64 random(2047);
  const auto below = [&random](std::uint64_t n) { return random() % n; };
  constexpr std::array pieces = {"a"sv,  "Z"sv,    " "sv,          "_"sv,      "="sv,      "?"sv,
                                 "\t"sv, "\r\n"sv, "\u00FC"sv,     "\u2014"sv, "=?"sv,     "?="sv,
                                 "\0"sv, "\x7F"sv, "\U0001F451"sv, "%C3"sv,    "UTF-8?Q"sv};
  for (int n = 0; n < 5'000; ++n) {
    std::string text;
    const bool mostly_ascii = below(2) == 0;
    for (std::uint64_t left = below(120); left > 0; --left) {
      text += mostly_ascii && below(4) > 0 ? "b"sv : pieces.at(below(pieces.size()));
    }
    const std::string header = metadata_header(text);
    INFO(text);
    if (header == text) continue;  // it is of ASCII, and may look like a word
    CHECK(metadata_text(header) == text);
    std::size_t begin = 0;
    while (begin < header.size()) {
      const std::size_t end = std::min(header.find(' ', begin), header.size());
      CHECK(end - begin <= 75);
      begin = end + 1;
    }
    CHECK(std::ranges::all_of(header, [](char c) { return c >= ' ' && c < 0x7F; }));
  }
}

TEST_CASE_METHOD(torhaus::test::gateway_world, "metadata: an umlaut comes back as mail has it") {
  make_bucket("bauamt");
  CHECK(put("/bauamt/key", "x",
            {{"x-amz-meta-name", "M\u00FCller"},
             {"x-amz-meta-word", "=?UTF-8?B?TcO8bGxlcg==?="},
             {"x-amz-meta-both", "a"},
             {"x-amz-meta-both", "\u00FC"}})
            .status == 200);
  const auto got = get("/bauamt/key");
  CHECK(got.header("x-amz-meta-name") == "=?UTF-8?Q?M=C3=BCller?=");
  CHECK(got.header("x-amz-meta-word") == "=?UTF-8?Q?M=C3=BCller?=");
  CHECK(got.header("x-amz-meta-both") == "=?UTF-8?Q?a,=C3=BC?=");
}

}  // namespace metadata_text_test
