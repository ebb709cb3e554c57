using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>Holds a value. An array of these is written to without the check that arrays of a base class need.</summary>
internal struct Slot
{
    /// <summary>Null where nothing is assigned.</summary>
    public Value? Value;
}
