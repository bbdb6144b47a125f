#include "services/notification/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"

namespace mamori::notification {
namespace {

constexpr int kMappedBits = 96;

Address FromV4(const uint8_t* bytes) {
  Address address{};
  address[10] = address[11] = 0xFF;
  std::copy(bytes, bytes + 4, address.begin() + 12);
  return address;
}

Network MustParse(const char* cidr) { return ParseNetwork(cidr).value(); }

const std::vector<Network>& Special() {
  static const std::vector<Network>& networks = *new std::vector<Network>{
      MustParse("0.0.0.0/8"),
      MustParse("10.0.0.0/8"),
      MustParse("100.64.0.0/10"),
      MustParse("127.0.0.0/8"),
      MustParse("169.254.0.0/16"),
      MustParse("172.16.0.0/12"),
      MustParse("192.0.0.0/24"),
      MustParse("192.0.2.0/24"),
      MustParse("192.88.99.0/24"),
      MustParse("192.168.0.0/16"),
      MustParse("198.18.0.0/15"),
      MustParse("198.51.100.0/24"),
      MustParse("203.0.113.0/24"),
      MustParse("224.0.0.0/4"),
      MustParse("240.0.0.0/4"),
      // Of IPv6 only within 2000::/3; the rest is not public anyway.
      MustParse("2001::/32"),
      MustParse("2001:2::/48"),
      MustParse("2001:10::/28"),
      MustParse("2001:20::/28"),
      MustParse("2001:db8::/32"),
      MustParse("3fff::/20"),
  };
  return networks;
}

// Where an IPv6 network carries an IPv4 address, and from which byte on.
struct Carrier {
  Network network;
  int at;
};
const std::vector<Carrier>& Carriers() {
  static const std::vector<Carrier>& carriers = *new std::vector<Carrier>{
      {MustParse("::ffff:0:0/96"), 12},  // mapped: how an IPv4 address is held here
      {MustParse("64:ff9b::/96"), 12},   // NAT64
      {MustParse("2002::/16"), 2},       // 6to4
  };
  return carriers;
}

bool InSpecial(const Address& address) {
  return std::any_of(Special().begin(), Special().end(),
                     [&](const Network& network) { return Contains(network, address); });
}

}  // namespace

std::optional<Address> AddressOf(const sockaddr* address, socklen_t size) {
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof(in));
    uint8_t bytes[4];
    std::memcpy(bytes, &in.sin_addr, sizeof(bytes));
    return FromV4(bytes);
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof(in));
    Address bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return bytes;
  }
  return std::nullopt;
}

std::optional<Address> ParseAddress(std::string_view literal) {
  if (literal.size() >= 2 && literal.front() == '[' && literal.back() == ']') {
    literal = literal.substr(1, literal.size() - 2);
  }
  const std::string text(literal);
  uint8_t four[4];
  if (inet_pton(AF_INET, text.c_str(), four) == 1) return FromV4(four);
  Address sixteen;
  if (inet_pton(AF_INET6, text.c_str(), sixteen.data()) == 1) return sixteen;
  return std::nullopt;
}

absl::StatusOr<Network> ParseNetwork(std::string_view cidr) {
  const size_t slash = cidr.find('/');
  const std::optional<Address> address = ParseAddress(cidr.substr(0, slash));
  int bits = 0;
  const std::string digits(slash == std::string_view::npos ? "" : cidr.substr(slash + 1));
  const bool is_v4 = cidr.find(':') == std::string_view::npos;
  if (!address.has_value() || !absl::SimpleAtoi(digits, &bits) || bits < 0 ||
      bits > (is_v4 ? 32 : 128)) {
    return absl::InvalidArgumentError("a network that is not of the form address/bits");
  }
  return Network{.address = *address, .bits = is_v4 ? kMappedBits + bits : bits};
}

bool Contains(const Network& network, const Address& address) {
  const int whole = network.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, network.address.begin())) return false;
  const int rest = network.bits % 8;
  if (rest == 0) return true;
  const int mask = 0xFF << (8 - rest) & 0xFF;
  return (address[whole] & mask) == (network.address[whole] & mask);
}

bool IsPublic(const Address& address) {
  static const Network& global = *new Network(MustParse("2000::/3"));
  if (InSpecial(address)) return false;
  for (const Carrier& carrier : Carriers()) {
    if (Contains(carrier.network, address)) return !InSpecial(FromV4(address.data() + carrier.at));
  }
  return Contains(global, address);
}

absl::StatusOr<AddressPolicy> AddressPolicy::Create(
    const std::vector<std::string>& allowed_private) {
  AddressPolicy policy;
  for (const std::string& cidr : allowed_private) {
    absl::StatusOr<Network> network = ParseNetwork(cidr);
    if (!network.ok()) return network.status();
    policy.allowed_.push_back(*network);
  }
  return policy;
}

bool AddressPolicy::Allows(const Address& address) const {
  return IsPublic(address) ||
         std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const Network& network) { return Contains(network, address); });
}

bool AddressPolicy::Allows(const sockaddr* address, socklen_t size) const {
  const std::optional<Address> parsed = AddressOf(address, size);
  return parsed.has_value() && Allows(*parsed);
}

}  // namespace mamori::notification
