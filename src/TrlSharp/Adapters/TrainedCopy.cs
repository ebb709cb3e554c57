using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Adapters;

/// <summary>A parameter of the base that an adapter holds a copy of: of a module that is trained whole, or a bias.</summary>
/// <param name="Path">The module's path.</param>
/// <param name="Module">The module.</param>
/// <param name="Name">The parameter's name in the module.</param>
/// <param name="Original">The base's own.</param>
/// <param name="Copy">The adapter's.</param>
/// <param name="StoredName">The name in the adapter's file.</param>
internal sealed record TrainedCopy(string Path, IModule Module, string Name, NamedParameter Original, NamedParameter Copy, string StoredName)
{
    /// <summary>Puts the copy in the place of the original, or back.</summary>
    public void Apply(bool isApplied) => Module.Replace(Name, isApplied ? Copy : Original);
}
