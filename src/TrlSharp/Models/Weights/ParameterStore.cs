using TrlSharp.Models.Layers;

namespace TrlSharp.Models.Weights;

/// <summary>Everything that a model under construction has asked for, in that order.</summary>
internal sealed class ParameterStore(IParameterSource source)
{
    private readonly List<NamedParameter> _parameters = [];
    private readonly List<(string Path, IModule Module)> _modules = [];
    private readonly List<(string Path, NamedParameter Parameter, bool IsInputsFirst)> _experts = [];
    private readonly List<string> _ignored = [];
    private readonly List<(string Name, NamedParameter Parameter)> _aliases = [];

    public IReadOnlyList<NamedParameter> Parameters => _parameters;

    /// <summary>Modules under their paths in transformers, <c>model.layers.0.self_attn.q_proj</c>: what adapters are aimed at.</summary>
    public IReadOnlyList<(string Path, IModule Module)> Modules => _modules;

    /// <summary>Parameters that hold the weights of all experts, under their paths in transformers.</summary>
    public IReadOnlyList<(string Path, NamedParameter Parameter, bool IsInputsFirst)> Experts => _experts;

    /// <summary>Further names under which a checkpoint stores a parameter: a tied head that was written twice.</summary>
    public IReadOnlyList<(string Name, NamedParameter Parameter)> Aliases => _aliases;

    public IParameterSource Source => source;

    /// <summary>Beginnings of names that a checkpoint may have although the model does not use them.</summary>
    public IReadOnlyList<string> Ignored => _ignored;

    public void Ignore(string prefix) => _ignored.Add(prefix);

    public NamedParameter Add(string name, ReadOnlySpan<long> shape, InitialValue initial, bool trainable)
    {
        var value = source.Get(name, shape, initial);
        if (!trainable) value.requires_grad_(false);
        var parameter = new NamedParameter(source.StoredName(name), value, trainable);
        _parameters.Add(parameter);
        return parameter;
    }

    public T AddModule<T>(string path, T module)
        where T : IModule
    {
        _modules.Add((path, module));
        return module;
    }

    public NamedParameter AddExperts(string path, NamedParameter parameter, bool isInputsFirst)
    {
        _experts.Add((path, parameter, isInputsFirst));
        return parameter;
    }

    public void AddAlias(string name, NamedParameter parameter) => _aliases.Add((source.StoredName(name), parameter));
}
