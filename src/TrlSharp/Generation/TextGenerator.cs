using TrlSharp.Adapters;
using TrlSharp.Models;
using TrlSharp.Sequences.Replies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Generation;

/// <summary>A model folder ready to write text: weights, adapters, tokenizer, chat template, and the recommended sampling.</summary>
public sealed class TextGenerator : IDisposable
{
    private readonly ChatTemplate? _template;

    private TextGenerator(string folder, CausalLM model, Tokenizer tokenizer, ChatTemplate? template, DateTime? now) =>
        (Folder, Model, Tokenizer, _template, Now) = (folder, model, tokenizer, template, now);

    /// <summary>The model folder.</summary>
    public string Folder { get; }

    /// <summary>The model, with the adapters applied.</summary>
    public CausalLM Model { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The chat template.</summary>
    /// <exception cref="ModelFolderException">The model has none.</exception>
    public ChatTemplate Template => _template ?? ChatTemplate.Load(Folder);

    /// <summary>Whether there is a chat template.</summary>
    public bool HasTemplate => _template is not null;

    /// <summary>Positions that the model was trained with (<c>max_position_embeddings</c>); null where the config does not say.</summary>
    public int? ContextLength => Model.Config.ContextLength;

    /// <summary>What templates that ask for the time are told; null for nothing.</summary>
    public DateTime? Now { get; }

    /// <summary>Sampling and stopping as generation_config.json recommends, with the end tokens of tokenizer and template among the stops.</summary>
    public SamplingConfig Sampling { get; private init; } = new();

    /// <summary>What is worth telling about the folder: settings that are not applied, stops that were added.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Model, tokenizer, and for chats a template.</param>
    /// <param name="options">Adapters, element type, another template; null for the defaults.</param>
    /// <exception cref="ConfigException">A folder does not exist, or the template is none.</exception>
    /// <exception cref="ModelFolderException">Something is missing or damaged.</exception>
    public static TextGenerator Load(string folder, TextGeneratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        folder = HubCache.Model(folder);
        var tokenizer = Tokenizer.Load(options.Adapters.LastOrDefault(a => File.Exists(Path.Combine(a, "tokenizer.json"))) ?? folder);
        var template = FindTemplate(folder, options);
        var (sampling, notes) = GenerationDefaults.Load(folder);
        var (stops, added) = Stops(tokenizer, template, options.Now, sampling.StopTokens);
        var model = ModelFolder.Load(folder, new ModelLoadOptions { Dtype = options.Dtype });
        try
        {
            foreach (var adapter in options.Adapters) LoraAdapter.Load(model, adapter, adapter);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        return new(folder, model, tokenizer, template, options.Now) { Sampling = sampling with { StopTokens = stops }, Notes = [.. notes, .. added] };
    }

    /// <summary>Tokens of a plain text, with the tokens that the tokenizer puts around every text.</summary>
    public IReadOnlyList<int> Encode(string text) => [.. Tokenizer.Encode(text, addSpecialTokens: true).Select(t => t.Id)];

    /// <summary>The prompt for the next assistant's turn, exactly as the template writes it, and its tokens.</summary>
    /// <exception cref="TemplateException">The template rejects the chat.</exception>
    public (string Text, IReadOnlyList<int> Tokens) Encode(RenderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = Template.Render(request with { AddGenerationPrompt = true, Now = request.Now ?? Now }).Text;
        return (text, [.. Tokenizer.Encode(text).Select(t => t.Id)]);
    }

    /// <summary>The text of a completion, special tokens included but without the stop token that ended it or the stop string and what follows it.</summary>
    public string Decode(Completion completion, IReadOnlyList<string> stopStrings)
    {
        ArgumentNullException.ThrowIfNull(completion);
        ArgumentNullException.ThrowIfNull(stopStrings);
        var tokens = completion.Tokens.ToArray();
        var text = Tokenizer.Decode(completion.Reason == StopReason.StopToken ? tokens.AsSpan(0, tokens.Length - 1) : tokens);
        if (completion.Reason != StopReason.StopString) return text;
        return text[..stopStrings.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min()];
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var adapter in Model.Adapters.ToList()) adapter.Dispose();
        Model.Dispose();
    }

    private static ChatTemplate? FindTemplate(string folder, TextGeneratorOptions options)
    {
        if (options.ChatTemplate is { } given) return TemplateLocation.Load(given, ChatTemplate.LoadSpecialTokens(folder));
        if (options.Adapters.LastOrDefault(a => File.Exists(Path.Combine(a, "chat_template.jinja"))) is { } adapter)
        {
            var path = Path.Combine(adapter, "chat_template.jinja");
            return ChatTemplate.Parse(File.ReadAllText(path), path, ChatTemplate.LoadSpecialTokens(folder));
        }

        try
        {
            return ChatTemplate.Load(folder);
        }
        catch (ModelFolderException)
        {
            return null; // Told when somebody asks for it: a base model needs none.
        }
    }

    private static (IReadOnlyList<int> Stops, IReadOnlyList<string> Notes) Stops(Tokenizer tokenizer, ChatTemplate? template, DateTime? now, IReadOnlyCollection<int> configured)
    {
        var stops = configured.ToList();
        var notes = new List<string>();
        if (tokenizer.EosTokenId is { } end && !stops.Contains(end)) stops.Add(end);
        if (template is not null && TurnEnds.Find(template, tokenizer, now) is { } turnEnd && !stops.Contains(turnEnd))
        {
            stops.Add(turnEnd);
            notes.Add($"The chat template ends answers with {tokenizer.TokenOf(turnEnd)}, which {GenerationDefaults.FileName} does not list as a stop; it is one here.");
        }

        return (stops, notes);
    }
}
