// SPDX-License-Identifier: GPL-2.0-only
// A table with a line a robot, for what differs among them.
#pragma once

#include "sim/scenario/settings/settings.h"

namespace gradwave {

// Writes what the file team.robots says into the lists that are there for it
// (placement.positions_m, compute.devices, compute.factors, tcp.sending_rates_bps,
// radio.robot_powers_dbm and robot_gains_dbi), an empty cell being what holds for all. Does nothing
// without a file. Throws OptionError with file and line, and SettingError if a list is given twice.
void take_robots_file(Settings& settings);

}  // namespace gradwave
