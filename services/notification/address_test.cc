#include "services/notification/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "common/testing/matchers.h"

namespace mamori::notification {
namespace {

using ::mamori::testing::StatusIs;

bool PublicLiteral(const char* literal) {
  const std::optional<Address> address = ParseAddress(literal);
  EXPECT_TRUE(address.has_value()) << literal;
  return address.has_value() && IsPublic(*address);
}

TEST(IsPublic, TrueForWhatTheInternetReaches) {
  for (const char* literal :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.1",
        "192.167.1.1", "223.255.255.255", "2606:4700:4700::1111", "2400:cb00::1",
        "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(PublicLiteral(literal)) << literal;
  }
}

TEST(IsPublic, FalseForEverythingElse) {
  for (const char* literal : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "fc00::1",
                              "fdff::1",
                              "ff02::1",
                              "2001:db8::1",
                              "100::1",
                              "2001::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:169.254.169.254",
                              "::127.0.0.1",
                              "::8.8.8.8",
                              "64:ff9b::7f00:1",
                              "64:ff9b::a9fe:a9fe",
                              "64:ff9b:1::1",
                              "2002:7f00:1::1",
                              "2002:c0a8:101::1",
                              "::ffff:0:127.0.0.1",
                              "5f00::1",
                              "4000::1"}) {
    EXPECT_FALSE(PublicLiteral(literal)) << literal;
  }
}

TEST(ParseAddress, TakesLiteralsAlone) {
  EXPECT_TRUE(ParseAddress("[::1]").has_value());
  for (const char* text : {"localhost", "127.1", "2130706433", "0x7f000001", "127.0.0.1 ", "",
                           "[::1", "1.2.3.4.5", "::g"}) {
    EXPECT_FALSE(ParseAddress(text).has_value()) << text;
  }
}

TEST(ParseNetwork, RefusesWhatIsNone) {
  for (const char* text : {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129",
                           "example/8", "10.0.0.0/8/8", "10.0.0.0/x"}) {
    EXPECT_THAT(ParseNetwork(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(AddressPolicy, AllowsPrivateNetworksOnlyWhenTold) {
  const absl::StatusOr<AddressPolicy> policy =
      AddressPolicy::Create({"127.0.0.1/32", "10.1.0.0/16", "fd00::/8"});
  ASSERT_TRUE(policy.ok());
  for (const char* literal : {"127.0.0.1", "10.1.2.3", "fd12::1", "8.8.8.8", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(policy->Allows(*ParseAddress(literal))) << literal;
  }
  for (const char* literal : {"127.0.0.2", "10.2.0.1", "fc00::1", "192.168.0.1"}) {
    EXPECT_FALSE(policy->Allows(*ParseAddress(literal))) << literal;
  }
  EXPECT_FALSE(AddressPolicy().Allows(*ParseAddress("127.0.0.1")));
  EXPECT_THAT(AddressPolicy::Create({"127.0.0.1/32", "x"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(AddressPolicy, JudgesSocketAddresses) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  inet_pton(AF_INET, "127.0.0.1", &four.sin_addr);
  EXPECT_FALSE(AddressPolicy().Allows(reinterpret_cast<sockaddr*>(&four), sizeof(four)));
  inet_pton(AF_INET, "8.8.8.8", &four.sin_addr);
  EXPECT_TRUE(AddressPolicy().Allows(reinterpret_cast<sockaddr*>(&four), sizeof(four)));

  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "::ffff:10.0.0.1", &six.sin6_addr);
  EXPECT_FALSE(AddressPolicy().Allows(reinterpret_cast<sockaddr*>(&six), sizeof(six)));
  inet_pton(AF_INET6, "2606:4700::1", &six.sin6_addr);
  EXPECT_TRUE(AddressPolicy().Allows(reinterpret_cast<sockaddr*>(&six), sizeof(six)));
  EXPECT_FALSE(AddressPolicy().Allows(reinterpret_cast<sockaddr*>(&six), sizeof(four)));

  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(AddressPolicy().Allows(reinterpret_cast<sockaddr*>(&local), sizeof(local)));
}

}  // namespace
}  // namespace mamori::notification
