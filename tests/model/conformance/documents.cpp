// XML documents of answers, read with no more than their simple form needs.
#include <stdexcept>

#include "tests/model/conformance/wire.hpp"

namespace torhaus::model {

namespace {

class scanner {
 public:
  explicit scanner(const std::string& text) : text_(text) {}

  document read() {
    skip_declaration();
    document d;
    d.name = open_tag();
    if (closed_) return d;
    while (!at_close()) child(d);
    close_tag(d.name);
    return d;
  }

 private:
  [[noreturn]] void fail(const char* why) const {
    throw std::runtime_error(std::string("no document: ") + why + " at " + std::to_string(at_) +
                             " of " + text_.substr(0, 300));
  }
  void skip_declaration() {
    if (text_.compare(0, 2, "<?") == 0) at_ = text_.find("?>") + 2;
    while (at_ < text_.size() && text_[at_] == '\n') ++at_;
  }
  bool at_close() const { return text_.compare(at_, 2, "</") == 0; }

  // The name; attributes are passed over.
  std::string open_tag() {
    if (at_ >= text_.size() || text_[at_] != '<') fail("an element was expected");
    const std::size_t end = text_.find('>', at_);
    if (end == std::string::npos) fail("an open tag");
    closed_ = text_[end - 1] == '/';
    const std::string inside = text_.substr(at_ + 1, end - at_ - 1 - (closed_ ? 1 : 0));
    at_ = end + 1;
    return inside.substr(0, inside.find(' '));
  }
  void close_tag(const std::string& name) {
    const std::string wanted = "</" + name + ">";
    if (text_.compare(at_, wanted.size(), wanted) != 0) fail("a close tag");
    at_ += wanted.size();
  }
  std::string text() {
    const std::size_t end = text_.find('<', at_);
    if (end == std::string::npos) fail("text without an end");
    std::string raw = text_.substr(at_, end - at_);
    at_ = end;
    return resolve(std::move(raw));
  }
  static std::string resolve(std::string raw) {
    if (raw.find('&') == std::string::npos) return raw;
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '&') {
        out += raw[i];
        continue;
      }
      const std::size_t end = raw.find(';', i);
      const std::string name = raw.substr(i + 1, end - i - 1);
      out += name == "lt"                     ? '<'
             : name == "gt"                   ? '>'
             : name == "amp"                  ? '&'
             : name == "quot"                 ? '"'
             : name == "apos"                 ? '\''
             : name == "#13" || name == "#xD" ? '\r'
                                              : '?';
      i = end;
    }
    return out;
  }

  // A child of the root: a text, or an entry with texts of its own.
  void child(document& d) {
    const std::string name = open_tag();
    if (closed_ || text_[at_] != '<' || at_close()) {
      d.fields[name] = closed_ ? "" : text();
      if (!closed_) close_tag(name);
      closed_ = false;
      return;
    }
    document::entry e{name, {}};
    inside(e.fields, "");
    close_tag(name);
    d.entries.push_back(std::move(e));
  }
  void inside(document::texts& into, const std::string& path) {
    while (!at_close()) {
      const std::string name = open_tag();
      const std::string here = path + name;
      if (closed_) {
        add(into, here, "");
        closed_ = false;
        continue;
      }
      if (text_[at_] == '<' && !at_close()) {
        inside(into, here + "/");
      } else {
        add(into, here, text());
      }
      close_tag(name);
    }
  }
  static void add(document::texts& into, const std::string& path, const std::string& value) {
    const auto [at, first] = into.emplace(path, value);
    if (!first) at->second += "\n" + value;
  }

  const std::string& text_;
  std::size_t at_ = 0;
  bool closed_ = false;  // the last open tag was an empty element
};

}  // namespace

document read_document(const std::string& xml) { return scanner(xml).read(); }

}  // namespace torhaus::model
