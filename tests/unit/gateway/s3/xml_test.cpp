// XML from clients, read with bounds, and XML for clients, written so that any key survives.
#include "gateway/s3/xml/reader.hpp"
#include "gateway/s3/xml/writer.hpp"
#include "tests/support/catch.hpp"

namespace xml_test {

using namespace torhaus;
using namespace torhaus::gateway::s3;

namespace {

// The text of <Key> in <R>, or the error's code.
std::string key_in(std::string_view text, std::string_view root = "R") {
  const auto doc = xml::document::parse(text, root);
  if (!doc) return std::string(code_of(doc.error().code()));
  return doc->root().text_of("Key").value_or("(none)");
}

std::string inside(std::string_view key) {
  return key_in("<R><Key>" + std::string(key) + "</Key></R>");
}

std::string escaped(std::string_view text) {
  std::string out;
  xml::append_escaped(out, text);
  return out;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

const std::string malformed = "MalformedXML";

}  // namespace

TEST_CASE("elements are found by name, in order") {
  const auto doc = xml::document::parse("<R><A>1</A><B>2</B><A>3</A></R>", "R");
  REQUIRE(doc);
  CHECK(doc->root().children().size() == 3);
  const auto both = doc->root().children("A");
  REQUIRE(both.size() == 2);
  CHECK(both[0].text() == "1");
  CHECK(both[1].text() == "3");
  CHECK(doc->root().child("B")->text() == "2");
  CHECK_FALSE(doc->root().child("C"));
  CHECK_FALSE(doc->root().text_of("C"));
  CHECK(doc->root().text_of("A") == "1");
}

TEST_CASE("the declaration, comments and white space around elements do not matter") {
  CHECK(key_in("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R>\n  <Key>k</Key>\n</R>\n") == "k");
  CHECK(key_in("\xEF\xBB\xBF<R><Key>k</Key></R>") == "k");
  CHECK(key_in("<!-- a --><R><!-- & < --><Key>k</Key></R><!-- b -->") == "k");
}

TEST_CASE("any namespace or none is taken, with or without a prefix") {
  CHECK(key_in("<R xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Key>k</Key></R>") == "k");
  CHECK(key_in("<R xmlns=\"urn:other\"><Key>k</Key></R>") == "k");
  CHECK(key_in("<s3:R xmlns:s3=\"urn:s3\"><s3:Key>k</s3:Key></s3:R>") == "k");
}

TEST_CASE("the five entities and character references become characters") {
  CHECK(inside("a&lt;b&gt;c&amp;d&quot;e&apos;f") == "a<b>c&d\"e'f");
  CHECK(inside("&#65;&#x42;&#x20AC;") == "AB\xE2\x82\xAC");
  CHECK(inside("&amp;lt;") == "&lt;");
  CHECK(inside("a&#13;&#10;b") == "a\r\nb");
}

TEST_CASE("white space in a text is kept") {
  CHECK(inside(" ") == " ");
  CHECK(inside("  a b  ") == "  a b  ");
  CHECK(inside("").empty());
}

TEST_CASE("CDATA and pieces of text are joined") {
  CHECK(inside("<![CDATA[a<b>&c;]]>") == "a<b>&c;");
  CHECK(inside("a<![CDATA[&]]>b") == "a&b");
  CHECK(inside("a<!-- & -->b") == "ab");
}

TEST_CASE("an entity that is none of XML's five is malformed") {
  CHECK(inside("&foo;") == malformed);
  CHECK(inside("a & b") == malformed);
  CHECK(inside("a&b") == malformed);
  CHECK(inside("&amp") == malformed);
  CHECK(inside("&#;") == malformed);
  CHECK(inside("&#x;") == malformed);
  CHECK(inside("&#xZ;") == malformed);
  CHECK(inside("&#-1;") == malformed);
  CHECK(inside("&#x110000;") == malformed);
  CHECK(inside("&#xD800;") == malformed);
  CHECK(inside("&#99999999999;") == malformed);
}

TEST_CASE("NUL can cut no text short") {
  CHECK(inside("a&#0;b") == malformed);
  CHECK(inside("a&#x00;b") == malformed);
  CHECK(inside(std::string_view("a\0b", 3)) == malformed);
  CHECK(key_in(std::string("<R><Key>k</Key></R>\0<R/>", 24)) == malformed);
}

TEST_CASE("a DTD is refused, and with it every expansion of entities") {
  CHECK(key_in("<!DOCTYPE R><R><Key>k</Key></R>") == malformed);
  CHECK(key_in("<!DOCTYPE R [<!ENTITY a \"b\">]><R><Key>&a;</Key></R>") == malformed);
  CHECK(key_in("<!DOCTYPE R SYSTEM \"file:///etc/passwd\"><R><Key>k</Key></R>") == malformed);
  std::string bomb = "<!DOCTYPE R [<!ENTITY a \"ha\">";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string("<!ENTITY ") + c + " \"" +
            repeated(std::string("&") + static_cast<char>(c - 1) + ";", 10) + "\">";
  }
  CHECK(key_in(bomb + "]><R><Key>&j;</Key></R>") == malformed);
}

TEST_CASE("processing instructions are refused") {
  CHECK(key_in("<?xml-stylesheet href=\"x\"?><R><Key>k</Key></R>") == malformed);
  CHECK(key_in("<R><?php echo 1 ?><Key>k</Key></R>") == malformed);
}

TEST_CASE("the root element must be the one that is expected, and the only one") {
  CHECK(key_in("<S><Key>k</Key></S>") == malformed);
  CHECK(key_in("<r><Key>k</Key></r>") == malformed);
  CHECK(key_in("<R><Key>k</Key></R><R/>") == malformed);
  CHECK(key_in("<S/><R><Key>k</Key></R>") == malformed);
  CHECK(key_in("<R><Key>k</Key></R>garbage") == malformed);
  CHECK(key_in("garbage<R><Key>k</Key></R>") == malformed);
}

TEST_CASE("what is not well-formed is malformed") {
  for (const char* text : {"", " ", "no xml", "<R>", "<R><Key>k</R></Key>", "<R><Key>k</Key>", "<R",
                           "<R a=>", "</R>", "<R><![CDATA[</R>", "<R><!-- </R>", "{}", "<>"}) {
    INFO(text);
    CHECK(key_in(text) == malformed);
  }
  CHECK(key_in(std::string("<\0R\0>\0<\0/\0R\0>\0", 14)) == malformed);  // UTF-16
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) {
    return "<R>" + repeated("<a>", depth) + repeated("</a>", depth) + "</R>";
  };
  CHECK(key_in(nested(xml::document::max_depth - 1)) == "(none)");
  CHECK(key_in(nested(xml::document::max_depth)) == malformed);
  CHECK(key_in(nested(300'000)) == malformed);
}

TEST_CASE("the number of elements is bounded, and a completion of 10,000 parts fits") {
  const std::string part =
      "<Part><PartNumber>10000</PartNumber><ETag>&quot;0123456789abcdef0123456789abcdef&quot;"
      "</ETag><ChecksumSHA256>6pUtx4LxYE7Xvi1cUYWzO1oc1fnhiFwpYPyNzF2YEeM=</ChecksumSHA256></Part>";
  const std::string most = "<R>" + repeated(part, 10'000) + "</R>";
  CHECK(most.size() < (std::size_t{2} << 20));
  CHECK(key_in(most) == "(none)");
  CHECK(key_in("<R>" + repeated("<a/>", 99'998) + "</R>") == "(none)");
  CHECK(key_in("<R>" + repeated("<a/>", 100'000) + "</R>") == malformed);
  CHECK(key_in("<R>" + repeated("<a/>", 500'000) + "</R>") == malformed);
}

TEST_CASE("text is escaped, and what is escaped reads back as it was") {
  CHECK(escaped("a<b>c&d\"e'f") == "a&lt;b&gt;c&amp;d&quot;e'f");
  CHECK(escaped("\r\n\t") == "&#x0d;&#x0a;&#x09;");
  CHECK(escaped("a\x01z\x1f") == "a&#x01;z&#x1f;");
  CHECK(escaped("\x7f") == "\x7f");
  for (const char* key : {"plain", "a&b", "<tag/>", "]]>", "\r\n", "\x01", "\xF0\x9F\x98\x80",
                          "&amp;", "  ", "a\"b"}) {
    INFO(key);
    CHECK(inside(escaped(key)) == key);
  }
}

TEST_CASE("bytes that are no UTF-8 do not break the document") {
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(escaped("a\xFFz") == "a" + mark + "z");
  CHECK(escaped("\xC3") == mark);
  CHECK(escaped("\xC0\xAF") == mark + mark);
  CHECK(escaped("\xED\xA0\x80") == mark + mark + mark);
  CHECK(escaped("\xF4\x90\x80\x80") == mark + mark + mark + mark);
  CHECK(escaped("\xE2\x82\xAC\xF0\x9F\x98\x80") == "\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST_CASE("readable text has no character that XML cannot carry") {
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(xml::readable("a\tb\r\nc") == "a\tb\r\nc");
  CHECK(xml::readable(std::string_view("\0\x01\x1f", 3)) == mark + mark + mark);
  CHECK(xml::readable("\xEF\xBF\xBE\xEF\xBF\xBF") == mark + mark);
  CHECK(xml::readable("\xFF") == mark);
  CHECK(xml::readable("\xC3\xA4<&") == "\xC3\xA4<&");
}

TEST_CASE("a document is written in the order given") {
  xml::writer doc("Root");
  doc.open("A").text("B", "x&y").number("N", 18446744073709551615ULL).close("A");
  doc.flag("T", true).flag("F", false).text("E", "");
  CHECK(std::move(doc).take() ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Root xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><A><B>x&amp;y</B>"
        "<N>18446744073709551615</N></A><T>true</T><F>false</F><E/></Root>");
}

TEST_CASE("an error document has no namespace") {
  CHECK(xml::writer("Error", "").take() ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error></Error>");
}

}  // namespace xml_test
