// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/ns3/attributes.h"

#include <ns3/config.h>
#include <ns3/double.h>
#include <ns3/nstime.h>
#include <ns3/string.h>
#include <ns3/type-id.h>

#include <algorithm>
#include <cassert>
#include <vector>

#include "channel-models/files/nearest.h"
#include "channel-models/ns3/child.h"
#include "channel-models/options.h"

namespace gradwave::channel {
namespace {

ns3::TypeId find_type(const std::string& name, const std::string& type_name) {
  ns3::TypeId type;
  if (ns3::TypeId::LookupByNameFailSafe(type_name, &type)) return type;
  std::vector<std::string> types;
  for (std::uint16_t i = 0; i < ns3::TypeId::GetRegisteredN(); ++i) {
    types.push_back(ns3::TypeId::GetRegistered(i).GetName());
  }
  throw OptionError({"ns3.defaults"}, "ns3.defaults: \"" + name + "\": ns-3 has no type \"" +
                                          type_name + "\"" + did_you_mean(type_name, types));
}

// ns-3 sets a default only under the type that defines the attribute, not under those derived.
ns3::TypeId::AttributeInformation find_attribute(const std::string& name, const ns3::TypeId& type,
                                                 const std::string& attribute) {
  std::vector<std::string> names;
  for (ns3::TypeId owner = type;; owner = owner.GetParent()) {
    for (std::size_t i = 0; i < owner.GetAttributeN(); ++i) {
      if (owner.GetAttribute(i).name != attribute) {
        names.push_back(owner.GetAttributeFullName(i));
        continue;
      }
      if (owner == type) return owner.GetAttribute(i);
      throw OptionError({"ns3.defaults"}, "ns3.defaults: \"" + name + "\" is an attribute that " +
                                              type.GetName() + " inherits; set \"" +
                                              owner.GetAttributeFullName(i) + "\"");
    }
    if (!owner.HasParent()) break;
  }
  throw OptionError({"ns3.defaults"}, "ns3.defaults: \"" + name + "\": " + type.GetName() +
                                          " has no attribute \"" + attribute + "\"" +
                                          did_you_mean(name, names));
}

// Most of ns-3's parsers end the process over a word that they do not understand.
bool takes(const std::string& name, const std::string& value) {
  return in_a_child([&] {
           return std::string(
               ns3::Config::SetDefaultFailSafe(name, ns3::StringValue(value)) ? "yes" : "no");
         }) == "yes";
}

}  // namespace

void check_default(const std::string& name, const std::string& value) {
  const std::size_t colons = name.rfind("::");
  if (colons == std::string::npos) {
    throw OptionError({"ns3.defaults"},
                      "ns3.defaults: \"" + name +
                          "\" is not the name of an ns-3 attribute; expected " +
                          "a type and an attribute, as \"ns3::TcpSocket::SegmentSize\"");
  }
  const ns3::TypeId type = find_type(name, name.substr(0, colons));
  const auto attribute = find_attribute(name, type, name.substr(colons + 2));
  if (takes(name, value)) return;
  throw OptionError({"ns3.defaults"},
                    "ns3.defaults: \"" + name + "\" does not take \"" + value + "\"; it is " +
                        attribute.checker->GetUnderlyingTypeInformation() + ": " + attribute.help);
}

void set_default(const std::string& name, const std::string& value) {
  ns3::Config::SetDefault(name, ns3::StringValue(value));
}

void set_default(const std::string& name, double value) {
  ns3::Config::SetDefault(name, ns3::DoubleValue(value));
}

void set_default(const std::string& name, std::int64_t value) {
  set_default(name, std::to_string(value));
}

std::string default_text(const std::string& name) {
  const std::size_t colons = name.rfind("::");
  ns3::TypeId::AttributeInformation information;
  const bool known = ns3::TypeId::LookupByName(name.substr(0, colons))
                         .LookupAttributeByName(name.substr(colons + 2), &information);
  assert(known);
  static_cast<void>(known);
  return information.initialValue->SerializeToString(information.checker);
}

double default_number(const std::string& name) { return std::stod(default_text(name)); }

void set_default_time(const std::string& name, double seconds) {
  ns3::Config::SetDefault(name, ns3::TimeValue(ns3::Seconds(seconds)));
}

}  // namespace gradwave::channel
