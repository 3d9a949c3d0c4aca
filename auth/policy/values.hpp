// What is known of a request, by condition key, and the types of values that policies compare.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/clock.hpp"

namespace torhaus::auth::policy {

// Asked for a value only when a policy names its key, so that a request without such a policy costs
// nothing.
class condition_values {
 public:
  virtual ~condition_values() = default;
  // Appends the values of a key and returns true, or false when the request has no such key. `key`
  // is as the policy spells it: compare without regard to case.
  virtual bool find(std::string_view key, std::vector<std::string>& values) const = 0;
};

// A request of which nothing is known.
const condition_values& no_values();

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool starts_ignoring_case(std::string_view text, std::string_view beginning) noexcept;
std::string lower_case(std::string_view text);

// A decimal number, as Numeric… conditions compare it.
std::optional<double> parse_numeric(std::string_view text);

// Seconds since 1970, or a date of the W3C profile of ISO 8601: YYYY, YYYY-MM, YYYY-MM-DD,
// YYYY-MM-DDThh:mm[:ss[.fraction]] with Z or +hh:mm.
std::optional<sys_micros> parse_date(std::string_view text);

// An address or a network in CIDR form. An IPv4 address in IPv6 clothes is an IPv4 address.
struct network {
  boost::asio::ip::address address;
  unsigned prefix = 0;  // bits that count
  bool contains(const boost::asio::ip::address&) const;
};
std::optional<network> parse_network(std::string_view text);
std::optional<boost::asio::ip::address> parse_address(std::string_view text);

}  // namespace torhaus::auth::policy
