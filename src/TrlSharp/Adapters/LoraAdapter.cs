using TrlSharp.Models;
using TrlSharp.Models.Layers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>
/// Low-rank additions to a model. Attaching one freezes the model's own weights; <see cref="CausalLM.Parameters"/> then lists the adapter's tensors too, and those are
/// what an optimizer trains. Several adapters can be attached; the applied ones add up.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private readonly LoraParts _parts;
    private readonly List<(Parameter Weight, Tensor Before)> _merged = [];
    private bool _isApplied;

    internal LoraAdapter(CausalLM model, LoraConfig config, string name, Func<LoraAdapter, LoraParts> build)
    {
        (Model, Config, Name) = (model, config, name);
        _parts = build(this);
        if (model.Adapters.FirstOrDefault(other => other.Name == name) is not null) throw new ConfigException($"The model has an adapter of the name \"{name}\" already.");
        foreach (var parameter in model.Store.Parameters) parameter.Value.requires_grad_(false);
        foreach (var linear in _parts.Linears) linear.Module.Adapters.Add(linear);
        foreach (var embedding in _parts.Embeddings) embedding.Module.Adapters.Add(embedding);
        foreach (var experts in _parts.Experts) experts.Target.Adapters.Add(experts);
        foreach (var expert in _parts.Separate) expert.Module.Adapters.Add(expert);
        foreach (var rows in _parts.Rows)
        {
            if (rows.Module is Embedding table) table.Adapters.Add(rows);
            else ((Linear)rows.Module).Adapters.Add(rows);
        }

        model.AdapterList.Add(this);
        IsApplied = true;
    }

    /// <summary>Distinguishes the adapters of a model.</summary>
    public string Name { get; }

    /// <summary>The settings.</summary>
    public LoraConfig Config { get; }

    /// <summary>The trained tensors, under their names in an adapter file.</summary>
    public IReadOnlyList<(string Name, Parameter Value)> Parameters => _parts.Tensors;

    /// <summary>The folder of the base model, as stored with the adapter; null if unknown.</summary>
    public string? BaseModel => Model.Folder is { } folder ? HubCache.NameOf(folder) ?? folder : null;

    internal CausalLM Model { get; }

    internal LoraParts Parts => _parts;

    /// <summary>
    /// Whether the model computes with this adapter. Switched off, the model is the base exactly, trained biases and whole modules included (PEFT leaves trained biases in).
    /// </summary>
    /// <exception cref="ConfigException">Another applied adapter holds a trained copy of the same parameter.</exception>
    public bool IsApplied
    {
        get => _isApplied;
        set
        {
            if (value == _isApplied) return;
            if (value && _merged.Count > 0) throw new ConfigException($"Adapter \"{Name}\" is merged into the weights; unmerge it first.");
            if (value) CheckCopies();
            foreach (var copy in _parts.Copies) copy.Apply(value);
            _isApplied = value;
        }
    }

    /// <summary>A new adapter, which changes nothing before it is trained.</summary>
    /// <param name="model">The base; its weights are frozen from now on.</param>
    /// <param name="config">What to adapt, and how.</param>
    /// <param name="seed">Equal seeds give equal starts.</param>
    /// <param name="name">Distinguishes the adapters of a model.</param>
    /// <exception cref="ConfigException">A setting is out of range or matches no module.</exception>
    public static LoraAdapter Create(CausalLM model, LoraConfig config, ulong seed, string name = "default")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        var problems = config.Problems().ToList();
        if (problems.Count > 0) throw new ConfigException($"LoRA: {string.Join(" ", problems)}");
        foreach (var target in config.TargetModules.Where(t => !t.Equals(LoraConfig.AllLinear, StringComparison.OrdinalIgnoreCase)))
            if (!model.Store.Modules.Any(m => m.Module is Linear or Embedding && LoraTargets.IsNamed(m.Path, target)))
                throw new ConfigException($"target_modules names {target}, but the model has no such module. There are, for example, {string.Join(", ", LoraBuilder.Examples(model.Store.Modules))}.");
        return new(model, config, name, adapter => new LoraBuilder(adapter, new LoraStart(config, seed).Create).Build());
    }

    /// <summary>Reads a folder that PEFT or <see cref="Save"/> wrote.</summary>
    /// <exception cref="ModelFolderException">The folder is incomplete, damaged, does not fit the model, or uses what is not implemented.</exception>
    public static LoraAdapter Load(CausalLM model, string folder, string name = "default") => LoraFolder.Load(model, folder, name);

    /// <summary>The base that an adapter folder names (<c>base_model_name_or_path</c>); null where it names none.</summary>
    /// <exception cref="ModelFolderException">The folder is no adapter folder.</exception>
    public static string? BaseModelOf(string folder) => LoraFolder.BaseModelOf(folder);

    /// <summary>Writes adapter_config.json and adapter_model.safetensors as PEFT does; each appears complete or not at all.</summary>
    /// <exception cref="ConfigException">The folder cannot be written.</exception>
    public void Save(string folder) => LoraFolder.Save(this, folder);

    /// <summary>
    /// Writes the adapter into the weights of the base, so that the model runs at full speed and <see cref="ModelFolder.Save"/> stores the sum.
    /// What was overwritten is kept for <see cref="Unmerge"/>.
    /// </summary>
    public void Merge()
    {
        if (_merged.Count > 0) return;
        if (_parts.Linears.FirstOrDefault(l => l.HasBias && l.Module.Bias is null) is { } biased)
            throw new ConfigException($"Adapter \"{Name}\" has a bias for {biased.Module.Path} (lora_bias), which has none to merge it into. Load the model with the adapter instead.");
        IsApplied = false;
        Model.MergedAdapters.Add(this);
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        // Trained biases take their place before what is added to them.
        foreach (var copy in _parts.Copies) MergeCopy(copy);
        foreach (var linear in _parts.Linears)
        {
            Overwrite(linear.Module.Weight.Value, linear.MergedWeight());
            if (linear.HasBias) Overwrite(linear.Module.Bias!.Value, linear.MergedBias());
        }

        foreach (var experts in _parts.Experts) Overwrite(experts.Target.Value, experts.MergedWeight());
        foreach (var expert in _parts.Separate) Overwrite(expert.Module.Weight.Value, expert.MergedWeight());
        foreach (var embedding in _parts.Embeddings) Overwrite(embedding.Module.Weight.Value, embedding.MergedWeight());
        foreach (var rows in _parts.Rows.DistinctBy(r => r.Weight)) Overwrite(rows.Weight.Value, rows.MergedWeight());
    }

    /// <summary>Gives the base its weights back, bit for bit.</summary>
    /// <exception cref="ConfigException">Another adapter was merged after this one.</exception>
    public void Unmerge()
    {
        if (!Model.MergedAdapters.Contains(this)) return;
        if (Model.MergedAdapters[^1] != this) throw new ConfigException($"Adapter \"{Model.MergedAdapters[^1].Name}\" was merged after \"{Name}\"; unmerge it first.");
        Model.MergedAdapters.RemoveAt(Model.MergedAdapters.Count - 1);
        using var withoutGraph = no_grad();
        foreach (var (weight, before) in Enumerable.Reverse(_merged))
        {
            weight.copy_(before);
            before.Dispose();
        }

        _merged.Clear();
        foreach (var copy in _parts.Copies) copy.Apply(isApplied: false);
    }

    /// <summary>Takes the adapter off the model (a merged one stays in the weights) and frees its tensors.</summary>
    public void Dispose()
    {
        if (_merged.Count == 0) IsApplied = false;
        foreach (var linear in _parts.Linears) linear.Module.Adapters.Remove(linear);
        foreach (var embedding in _parts.Embeddings) embedding.Module.Adapters.Remove(embedding);
        foreach (var experts in _parts.Experts) experts.Target.Adapters.Remove(experts);
        foreach (var expert in _parts.Separate) expert.Module.Adapters.Remove(expert);
        foreach (var rows in _parts.Rows)
        {
            if (rows.Module is Embedding table) table.Adapters.Remove(rows);
            else ((Linear)rows.Module).Adapters.Remove(rows);
        }

        Model.AdapterList.Remove(this);
        foreach (var (_, before) in _merged) before.Dispose();
        var inUse = _parts.Copies.Where(copy => copy.Module.Parameters.Any(p => p.Parameter == copy.Copy)).Select(copy => copy.Copy.Value).ToHashSet();
        foreach (var (_, tensor) in _parts.Tensors) if (!inUse.Contains(tensor)) tensor.Dispose();
    }

    private void Overwrite(Parameter weight, Tensor merged)
    {
        _merged.Add((weight, weight.detach().clone().DetachFromDisposeScope()));
        weight.copy_(merged);
    }

    /// <summary>A copy of a parameter that two modules share becomes a parameter of its own: the head is no longer tied.</summary>
    private void MergeCopy(TrainedCopy copy)
    {
        var isShared = Model.Store.Modules.Any(m => m.Module != copy.Module && m.Module.Parameters.Any(p => p.Parameter == copy.Original));
        if (isShared) copy.Apply(isApplied: true);
        else Overwrite(copy.Original.Value, copy.Copy.Value);
    }

    private void CheckCopies()
    {
        var taken = _parts.Copies.FirstOrDefault(copy => copy.Module.Parameters.All(p => p.Parameter != copy.Original));
        if (taken is not null) throw new ConfigException($"{taken.Path}.{taken.Name} is trained by another adapter that is applied. Switch that off before adapter \"{Name}\".");
    }
}
