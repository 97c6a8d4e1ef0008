// SPDX-License-Identifier: GPL-2.0-only
// ns-3's attribute defaults, set by name: "ns3::TcpSocket::SegmentSize" to "1448".
#pragma once

#include <cstdint>
#include <string>

namespace gradwave::channel {

// Throws OptionError saying whether it is the type, the attribute or the value that ns-3
// does not know, with the nearest name that it does.
void check_default(const std::string& name, const std::string& value);

// Precondition: ns-3 knows the attribute and takes the value.
void set_default(const std::string& name, const std::string& value);
void set_default(const std::string& name, double value);
void set_default(const std::string& name, std::int64_t value);
void set_default_time(const std::string& name, double seconds);

// Of an attribute that is a number, as it now is.
double default_number(const std::string& name);
// Of any attribute, as ns-3 writes it: "true", "+800ns".
std::string default_text(const std::string& name);

}  // namespace gradwave::channel
