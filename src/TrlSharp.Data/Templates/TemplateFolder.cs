using TrlSharp.Rows;

namespace TrlSharp.Templates;

/// <summary>Finds the chat template and the special tokens of a Hugging Face model folder, in the order of transformers.</summary>
internal static class TemplateFolder
{
    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <param name="modelFolder">
    /// Holds <c>chat_template.jinja</c> (with further ones in <c>additional_chat_templates/</c>), or <c>chat_template.json</c>, or the key
    /// <c>chat_template</c> in <c>tokenizer_config.json</c>: a string, or a list of names and templates. Or one such JSON file itself.
    /// </param>
    /// <param name="templateName">Which of several; null: <c>default</c>, or the only one.</param>
    /// <exception cref="ModelFolderException">There is no template, or none of that name; the message lists what there is.</exception>
    public static ChatTemplate Load(string modelFolder, string? templateName)
    {
        ArgumentNullException.ThrowIfNull(modelFolder);
        if (File.Exists(modelFolder)) return LoadFile(modelFolder, templateName);
        var config = ReadMap(Path.Combine(modelFolder, "tokenizer_config.json"));
        var templates = Find(modelFolder, config);
        if (templates.Count == 0)
            throw new ModelFolderException($"{modelFolder} has no chat template (chat_template.jinja, chat_template.json, or \"chat_template\" in tokenizer_config.json). Give one with --chat_template: a file, or the name of a built-in one ({string.Join(", ", BuiltInTemplates.Names)}).");
        var (source, name) = Choose(modelFolder, templates, templateName);
        return ChatTemplate.Parse(source, name, SpecialTokens(modelFolder, config));
    }

    /// <summary>What there is to choose from.</summary>
    public static IReadOnlyList<string> Names(string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(modelFolder);
        return [.. Find(modelFolder, ReadMap(Path.Combine(modelFolder, "tokenizer_config.json"))).Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>One JSON file by itself: a <c>tokenizer_config.json</c>, a <c>chat_template.json</c>, or such a list of names and templates alone.</summary>
    private static ChatTemplate LoadFile(string file, string? templateName)
    {
        var value = Read(file);
        var templates = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        Add(templates, value.Find("chat_template") ?? value, file);
        if (templates.Count == 0) throw new ModelFolderException($"{file} holds no chat template: neither the key \"chat_template\", nor a list of names and templates.");
        var (source, name) = Choose(file, templates, templateName);
        return ChatTemplate.Parse(source, name, SpecialTokens(null, value.Kind == RowValueKind.Map ? value : null));
    }

    private static (string Source, string Name) Choose(string from, Dictionary<string, (string Source, string Name)> templates, string? templateName)
    {
        var wanted = templateName ?? (templates.ContainsKey("default") ? "default" : templates.Keys.First());
        if (!templates.TryGetValue(wanted, out var found) || (templateName is null && templates.Count > 1 && wanted != "default"))
            throw new ModelFolderException($"{from} has the chat templates {string.Join(", ", templates.Keys.Order(StringComparer.Ordinal))}; choose one of them{(templateName is null ? "" : $", \"{templateName}\" is none")}.");
        return found;
    }

    /// <summary>Names and texts of the special tokens; a token that is null is left out.</summary>
    public static IReadOnlyDictionary<string, string> SpecialTokens(string modelFolder) => SpecialTokens(modelFolder, ReadMap(Path.Combine(modelFolder, "tokenizer_config.json")));

    private static Dictionary<string, string> SpecialTokens(string? modelFolder, RowValue? config)
    {
        var map = modelFolder is null ? null : ReadMap(Path.Combine(modelFolder, "special_tokens_map.json"));
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in new[] { map, config })
        {
            foreach (var name in TokenNames)
                if (Text(source?.Find(name)) is { } text) tokens[name] = text;
            if (source?.Find("extra_special_tokens") is { Kind: RowValueKind.Map } extra)
                foreach (var (name, value) in extra.Fields)
                    if (Text(value) is { } text) tokens[name] = text;
        }

        return tokens;
    }

    private static Dictionary<string, (string Source, string Name)> Find(string folder, RowValue? config)
    {
        var templates = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        var file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file)) templates["default"] = (File.ReadAllText(file), file);
        var additional = Path.Combine(folder, "additional_chat_templates");
        if (Directory.Exists(additional))
            foreach (var path in Directory.EnumerateFiles(additional, "*.jinja").Order(StringComparer.Ordinal)) templates[Path.GetFileNameWithoutExtension(path)] = (File.ReadAllText(path), path);
        if (templates.Count > 0) return templates;

        var json = Path.Combine(folder, "chat_template.json");
        Add(templates, ReadMap(json)?.Find("chat_template"), json);
        if (templates.Count == 0) Add(templates, config?.Find("chat_template"), Path.Combine(folder, "tokenizer_config.json"));
        return templates;
    }

    private static void Add(Dictionary<string, (string, string)> templates, RowValue? value, string file)
    {
        switch (value)
        {
            case { Kind: RowValueKind.String }:
                templates["default"] = (value.Text, file);
                break;
            case { Kind: RowValueKind.List }:
                foreach (var entry in value.Items)
                    if (entry.Find("name") is { Kind: RowValueKind.String } name && entry.Find("template") is { Kind: RowValueKind.String } template) templates[name.Text] = (template.Text, $"{file}[{name.Text}]");
                break;
            case { Kind: RowValueKind.Map }:
                foreach (var (name, template) in value.Fields)
                    if (template.Kind == RowValueKind.String) templates[name] = (template.Text, $"{file}[{name}]");
                break;
        }
    }

    private static string? Text(RowValue? token) => token switch
    {
        { Kind: RowValueKind.String } => token.Text,
        { Kind: RowValueKind.Map } => Text(token.Find("content")),
        _ => null,
    };

    private static RowValue? ReadMap(string path) =>
        !File.Exists(path) ? null : Read(path) is { Kind: RowValueKind.Map } map ? map : throw new ModelFolderException($"{path} must hold one JSON object.");

    private static RowValue Read(string path)
    {
        try
        {
            return RowValue.Parse(File.ReadAllBytes(path));
        }
        catch (DataException e)
        {
            throw new ModelFolderException($"{path}: {e.Message}", e);
        }
    }
}
