using TorchSharp.Modules;

namespace TrlSharp.Models.Weights;

/// <summary>Where the parameters of a model come from: a checkpoint, or a random number generator.</summary>
internal interface IParameterSource
{
    /// <summary>Whether the parameter exists before it is asked for; always false for new models.</summary>
    bool Contains(string name);

    /// <summary>Whether both parameters exist and are not equal.</summary>
    bool Differ(string name, string other);

    /// <summary>The name under which the parameter is stored.</summary>
    string StoredName(string name);

    /// <summary>The parameter. A checkpoint that lacks it notes that and returns a stand-in, so that all problems can be reported together.</summary>
    Parameter Get(string name, ReadOnlySpan<long> shape, InitialValue initial);
}
