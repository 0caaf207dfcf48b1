"""Many service calls on a virtual clock: trial data, replay, simulation; no rule of its own."""
