#include "common/authn/statement.h"

#include <gtest/gtest.h>

#include "common/authn/certificate.h"
#include "common/authn/hash.h"
#include "common/config/textproto.h"
#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "common/time/clock.h"
#include "mamori/v1/statement.pb.h"

namespace mamori::authn {
namespace {

using ::mamori::testing::HasReason;
using ::mamori::testing::IsOk;
using ::mamori::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kTriage[] = "spiffe://mamori.internal/service/triage";
constexpr char kMethod[] = "/mamori.intake.v1.IntakeService/BatchGetReports";

struct Signer {
  Signer(testing::CertificateAuthority& authority, const std::string& name, const std::string& uri)
      : tls(authority.Issue(name, {uri})),
        certificate(config::ReadFile(tls.cert_file()).value()),
        key(config::ReadFile(tls.key_file()).value()) {}
  config::v1::Tls tls;
  std::string certificate, key;
};

class StatementTest : public ::testing::Test {
 protected:
  std::string Signed(const Signer& signer, const Hop& hop) {
    return SignStatement(hop, now_, signer.certificate, signer.key).value();
  }
  absl::StatusOr<std::string> Check(const std::string& statement, absl::Duration later = {},
                                    const char* method = kMethod, const char* caller = kTriage,
                                    const std::string& token = "token") {
    return VerifyStatement(statement, Sha256(token), method, caller, authorities_, absl::Seconds(5),
                           now_ + later);
  }

  // Every certificate that a test makes is valid by then.
  absl::Time now_ =
      absl::FromUnixSeconds(absl::ToUnixSeconds(time::SystemClock().Now() + absl::Minutes(1)));
  testing::CertificateAuthority authority_;
  Signer triage_{authority_, "triage", kTriage};
  std::string authorities_ = config::ReadFile(triage_.tls.ca_file()).value();
  Hop hop_{Sha256("token"), kMethod, "reports/a reports/b"};
};

TEST_F(StatementTest, SaysWhatTheHopIsAbout) {
  EXPECT_THAT(Check(Signed(triage_, hop_)), testing::IsOkAndHolds("reports/a reports/b"));
}

TEST_F(StatementTest, LivesThirtySeconds) {
  const std::string statement = Signed(triage_, hop_);
  EXPECT_THAT(Check(statement, absl::Seconds(29)), IsOk());
  EXPECT_THAT(Check(statement, absl::Seconds(-4)), IsOk()) << "signed by a clock that is ahead";
  EXPECT_THAT(Check(statement, absl::Seconds(31)),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("expired")));
  EXPECT_THAT(Check(statement, absl::Seconds(-6)),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("too long")));
}

TEST_F(StatementTest, IsForOneTokenMethodCallerAndAuthority) {
  const std::string statement = Signed(triage_, hop_);
  EXPECT_THAT(Check(statement, {}, "/mamori.intake.v1.IntakeService/GetReport"),
              HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(Check(statement, {}, kMethod, "spiffe://mamori.internal/service/notification"),
              HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(Check(statement, {}, kMethod, kTriage, "another token"),
              HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  testing::CertificateAuthority elsewhere;
  EXPECT_THAT(Check(Signed(Signer(elsewhere, "triage", kTriage), hop_)),
              HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  Hop nothing = hop_;
  nothing.resource = "";
  EXPECT_THAT(Check(Signed(triage_, nothing)), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(StatementTest, CannotBeChanged) {
  v1::SignedStatement outer;
  ASSERT_TRUE(outer.ParseFromString(Signed(triage_, hop_)));
  v1::Statement inner;
  ASSERT_TRUE(inner.ParseFromString(outer.statement()));
  inner.set_resource("reports/c");
  v1::SignedStatement changed = outer;
  changed.set_statement(inner.SerializeAsString());
  EXPECT_THAT(Check(changed.SerializeAsString()), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  // Signed by someone who has a certificate, but not this one's key.
  const Signer other(authority_, "other", kTriage);
  changed = outer;
  changed.set_certificate(other.certificate);
  EXPECT_THAT(Check(changed.SerializeAsString()), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  changed = outer;
  changed.clear_signature();
  EXPECT_THAT(Check(changed.SerializeAsString()), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  changed = outer;
  changed.clear_certificate();
  EXPECT_THAT(Check(changed.SerializeAsString()), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(Check("rubbish"), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(Check(std::string(20'000, 'x')), HasReason(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(StatementTest, ARenewedCertificateSignsForAnOlderConnection) {
  const Signer renewed(authority_, "renewed", kTriage);
  EXPECT_THAT(Check(Signed(renewed, hop_)), IsOk());
}

TEST_F(StatementTest, NeedsAKey) {
  EXPECT_THAT(SignStatement(hop_, now_, triage_.certificate, "no key"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ResourceTest, ManyNamesAreTheirHash) {
  EXPECT_EQ(ResourceOf({"cases/a"}), "cases/a");
  EXPECT_EQ(ResourceOf(std::vector<std::string>(500, std::string(30, 'r'))).size(), 64u);
  EXPECT_NE(ResourceOf(std::vector<std::string>(500, std::string(30, 'r'))),
            ResourceOf(std::vector<std::string>(501, std::string(30, 'r'))));
}

TEST(CertificateTest, HashAndUriName) {
  testing::CertificateAuthority authority;
  const auto read = [&](const std::string& name, const std::vector<std::string>& uris) {
    return config::ReadFile(authority.Issue(name, uris).cert_file()).value();
  };
  const std::string one = read("one", {kTriage}), two = read("two", {kTriage, "spiffe://x/y"});
  EXPECT_EQ(CertificateHash(one).size(), 32u);
  EXPECT_NE(CertificateHash(one), CertificateHash(two));
  EXPECT_EQ(CertificateHash("rubbish"), "");
  EXPECT_EQ(UriNameOf(*ParseCertificates(one)[0]), kTriage);
  EXPECT_EQ(UriNameOf(*ParseCertificates(two)[0]), "");
}

}  // namespace
}  // namespace mamori::authn
