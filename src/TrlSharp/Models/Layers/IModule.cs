using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Layers;

/// <summary>A module with parameters of its own, which an adapter can exchange for trained copies.</summary>
internal interface IModule
{
    /// <summary>The parameters under their names in the module: <c>weight</c>, <c>bias</c>.</summary>
    IEnumerable<(string Name, NamedParameter Parameter)> Parameters { get; }

    /// <summary>Uses another parameter from now on.</summary>
    void Replace(string name, NamedParameter parameter);
}
