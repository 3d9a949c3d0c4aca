// multipart/form-data up to the file, and the boundary in Content-Type.
#include "gateway/s3/form/fields.hpp"
#include "gateway/s3/form/multipart.hpp"
#include "tests/support/catch.hpp"

namespace form_parser_test {

using namespace torhaus;
using namespace torhaus::gateway::s3::form;

namespace {

struct parsed {
  std::string outcome;
  std::vector<field> fields;
  std::string file_name;
  std::string rest;
};

parsed parse(const std::string& body, std::size_t step = 100'000) {
  parser p("B");
  for (std::size_t at = 0; at < body.size(); at += step) {
    const auto file = p.feed(std::string_view(body).substr(at, step));
    if (!file) return {std::string(code_of(file.error().code())), {}, {}, {}};
    if (!*file) continue;
    std::string rest(p.rest());
    if (at + step < body.size()) rest += body.substr(at + step);
    return {"file", p.fields(), p.file_name(), rest};
  }
  return {"more", p.fields(), {}, {}};
}

const std::string file_head =
    "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";

std::string field_part(const std::string& disposition, const std::string& value) {
  return "--B\r\nContent-Disposition: " + disposition + "\r\n\r\n" + value + "\r\n";
}

}  // namespace

TEST_CASE("a_boundary_is_found_and_must_be_one") {
  CHECK(*parse_boundary("multipart/form-data; boundary=abc") == "abc");
  CHECK(*parse_boundary("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b\"") == "a b");
  for (const char* other : {"", "text/plain", "multipart/mixed; boundary=a", "application/json"}) {
    CHECK(parse_boundary(other).error().code() == errc::precondition_failed);
  }
  const std::string form = "multipart/form-data";
  for (const std::string& bad :
       {std::string(), std::string("; boundary="), std::string("; boundary=\"\""),
        std::string("; boundary=\"a"), "; boundary=" + std::string(71, 'a'),
        std::string("; boundary=a; boundary=b"), std::string("; boundary=\"a \""),
        std::string("; boundary=\"a\\b\""), std::string("; boundary=ä")}) {
    INFO(bad);
    const auto found = parse_boundary(form + bad);
    CHECK((!found && found.error().code() == errc::malformed_post_request));
  }
}

TEST_CASE("fields_come_in_order_and_the_file_follows") {
  const std::string body =
      field_part("form-data; name=\"key\"", "k") + field_part("form-data; name=\"empty\"", "") +
      field_part("FORM-DATA; Name=bare", "--B\r\n--b") + file_head + "content\r\n--B--";
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    INFO(step);
    const parsed p = parse(body, step);
    CHECK(p.outcome == "file");
    REQUIRE(p.fields.size() == 3);
    CHECK(p.fields[0].name == "key");
    CHECK(p.fields[0].value == "k");
    CHECK(p.fields[1].value.empty());
    CHECK(p.fields[2].name == "bare");
    CHECK(p.fields[2].value == "--B\r\n--b");
    CHECK(p.file_name == "a.txt");
    CHECK(p.rest == "content\r\n--B--");
  }
}

TEST_CASE("the_name_of_a_file_is_taken_without_its_path") {
  const auto name = [](const std::string& parameters) {
    return parse("--B\r\nContent-Disposition: form-data; name=\"file\"" + parameters + "\r\n\r\n")
        .file_name;
  };
  CHECK(name("") == "");
  CHECK(name("; filename=\"\"") == "");
  CHECK(name("; filename=\"a/b\\c.txt\"") == "c.txt");
  CHECK(name("; filename=\"C:\\x\\y.pdf\"") == "y.pdf");
  CHECK(name("; filename=\"q\\\"q\"") == "q\"q");
  CHECK(name("; filename=plain") == "plain");
  CHECK(name("; filename=\"Bescheid \xc3\xa4.pdf\"") == "Bescheid \xc3\xa4.pdf");
  CHECK(name("; filename=\"x\"; filename*=UTF-8''%C3%A4.pdf") == "\xc3\xa4.pdf");
  CHECK(name("; filename*=utf-8''..%2Fup.txt") == "up.txt");
}

TEST_CASE("what_is_no_form_is_malformed") {
  const std::string good = field_part("form-data; name=\"key\"", "k");
  for (const std::string& body :
       {std::string("x"), std::string("--C\r\n"), std::string("\r\n\r\n--B\r\n"),
        std::string("--Bx\r\n"), std::string("--B\n"), std::string("--B\r\n\r\nvalue"),
        std::string("--B\r\nContent-Type: text/plain\r\n\r\n"),
        std::string("--B\r\nno colon\r\n\r\n"),
        std::string("--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n"),
        std::string("--B\r\nContent-Disposition: form-data\r\n\r\n"),
        std::string("--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n"),
        std::string("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n"),
        std::string("--B\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n"),
        good.substr(0, good.size() - 2) + "\r\n--Bx", good + "--B" + std::string(65, ' ')}) {
    INFO(body);
    CHECK(parse(body).outcome == "MalformedPOSTRequest");
  }
  CHECK(parse(good + "--B--").outcome == "InvalidArgument");
  CHECK(parse(good + good + file_head).outcome == "InvalidArgument");
  CHECK(parse(good + "--B \t\r\nContent-Disposition: form-data; name=file\r\n\r\n").outcome ==
        "file");
  CHECK(parse("\r\n" + good + file_head).outcome == "file");
}

TEST_CASE("fields_are_bounded_together_and_the_file_is_not") {
  const auto with = [](std::size_t n) {
    return field_part("form-data; name=\"x-ignore-a\"", std::string(n, 'x')) + file_head;
  };
  const std::size_t rest = with(0).size();
  CHECK(parse(with(max_form_bytes - rest) + std::string(100'000, 'f')).outcome == "file");
  CHECK(parse(with(max_form_bytes - rest + 1)).outcome == "MaxPostPreDataLengthExceededError");
  CHECK(parse(with(50'000), 1000).outcome == "MaxPostPreDataLengthExceededError");
  CHECK(parse("--B\r\nContent-Disposition: " + std::string(50'000, 'x'), 1000).outcome ==
        "MaxPostPreDataLengthExceededError");
}

TEST_CASE("the_file_name_replaces_its_variable_everywhere_but_in_the_policy") {
  std::vector<field> fields = {
      {"key", "a/${filename}/${filename}"}, {"Policy", "${filename}"}, {"x", "${file}"}};
  replace_file_name(fields, "${filename}$");
  CHECK(fields[0].value == "a/${filename}$/${filename}$");
  CHECK(fields[1].value == "${filename}");
  std::vector<field> nameless = {{"key", "a/${filename}"}};
  replace_file_name(nameless, "");
  CHECK(nameless[0].value == "a/${filename}");
  CHECK(fields[2].value == "${file}");
}

}  // namespace form_parser_test
