namespace TrlSharp.Models.Weights;

/// <summary>How a parameter of a new model starts.</summary>
internal enum InitialValue
{
    /// <summary>Normal with the standard deviation <c>initializer_range</c>.</summary>
    Normal,

    /// <summary>0: biases.</summary>
    Zero,

    /// <summary>1: norms.</summary>
    One,
}
