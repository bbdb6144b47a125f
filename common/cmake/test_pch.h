// What nearly every test includes beside pch.h, parsed once.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "common/cmake/pch.h"
