// SPDX-License-Identifier: GPL-2.0-only
// Random scenarios over the range of nearly every setting, small in M, d and T.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/settings/settings.h"

namespace gradwave::net {

using Json = nlohmann::json;
using Random = boost::random::mt19937_64;

// Settings by key, in the order of the table.
using Drawn = std::vector<std::pair<std::string, Json>>;

// Of a fresh `random` and the number of the scenario alone.
Drawn draw(Random& random);

// A value that the setting takes in a small scenario; null if there is none to be drawn.
Json draw_value(const Setting& setting, const Settings& so_far, Random& random);

// With robots and stations at heights where the path loss holds.
Drawn where_it_holds(Drawn drawn);

// What is set, in order; what does not act is at its default.
Settings settings_of(const Drawn& drawn);

// As TOML: the settings, and variants that set more.
std::string toml_of(const Drawn& drawn,
                    const std::vector<std::pair<std::string, Drawn>>& variants = {});

// With this key set, or set otherwise, and the one that says the same gone.
Drawn with(Drawn drawn, const std::string& key, const Json& value);

// The value of the key, set or by default.
Json value_in(const Drawn& drawn, const std::string& key);

}  // namespace gradwave::net
