namespace TrlSharp.Sft.Options;

/// <summary>What becomes of a setting of TRL.</summary>
public enum OptionTreatment
{
    /// <summary>Does what TRL documents, or what its own text says.</summary>
    Obeyed,

    /// <summary>Accepted with any value, because the result here is the same whatever it says; said once at the start.</summary>
    WithoutEffect,

    /// <summary>Refused, with the reason and what to use instead, unless it has the value that means "off".</summary>
    Refused,

    /// <summary>A setting that TRL does not have.</summary>
    Own,
}
